/**
 * The text of a message without what stands behind `default=`: whoever writes a default there may
 * take it for a place for passwords. A default ends where a reference can't go on: at a blank.
 */
export function withoutDefault(message: string): string {
  return message.replace(/(\?|&)(\s*default\s*[=:])\S+/gi, '$1$2…')
}
