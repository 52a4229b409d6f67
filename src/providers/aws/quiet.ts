/**
 * The SDK's own words would go to stderr, past everything that keeps secrets out of it.
 *
 * It has no `info` and no `error`, for which the SDK would walk through every answer (measured:
 * 11 ms of a thousand secrets); the types want them.
 */
export const quiet = { trace: () => {}, debug: () => {}, warn: () => {} } as unknown as Console
