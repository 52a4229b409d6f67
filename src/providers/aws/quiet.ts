/** The SDK's own words would go to stderr, past everything that keeps secrets out of it. */
export const quiet = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
}
