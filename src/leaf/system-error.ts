/** Errors whose usual words would puzzle someone who has named a file. */
const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'is a directory',
  ENXIO: 'is a socket, or a device that is not there',
  ELOOP: 'too many symbolic links',
}

/** The code of a system call's error, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return typeof code === 'string' ? code : undefined
}

/** Why a system call failed, in words; its own message would repeat call and path. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  const known = code === undefined ? undefined : words[code]
  if (known !== undefined) return known
  const { getSystemErrorMap } = process.getBuiltinModule('node:util')
  const errno = error instanceof Error ? (error as NodeJS.ErrnoException).errno : undefined
  const [, text] = (errno === undefined ? undefined : getSystemErrorMap().get(errno)) ?? []
  return text ?? 'an unknown error'
}
