/** Does something as a user for whom permissions count, as they do not for root. */
export function asNobody<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work()
  process.seteuid?.(65532)
  try {
    return work()
  } finally {
    process.seteuid?.(0)
  }
}
