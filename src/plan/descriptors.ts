import { ConfideError } from '../leaf/errors.ts'
import type { Plan, PlanFacts } from '../plan.ts'

/** The kernel, the C library and the command need some descriptors of their own. */
const spareDescriptors = 16

/** What Node has open beside the secrets (measured: 25). */
const ownDescriptors = 32

/**
 * Hands out ascending numbers that are free in the command, the same ones each time.
 *
 * What it returns throws 'configuration' when there are no more.
 */
export function countDescriptors(base: number, facts: PlanFacts): () => number {
  const reserved = new Set(facts.reserved)
  const limit = facts.descriptorLimit < 0 ? Number.POSITIVE_INFINITY : facts.descriptorLimit
  const most = facts.mostDescriptors < 0 ? Number.POSITIVE_INFINITY : facts.mostDescriptors
  const enough = Math.min(limit - spareDescriptors, most - ownDescriptors)
  let next = base
  let count = 0
  return () => {
    while (reserved.has(next)) next++
    if (next < limit && count < enough) {
      count++
      return next++
    }
    throw new TooManyDescriptors(limit)
  }
}

/** The numbers behind those of the plan, for what is known only once it was fetched. */
export function countAfter({ items }: Plan, base: number, facts: PlanFacts): () => number {
  const nextNumber = countDescriptors(base, facts)
  for (const item of items) if (item.kind === 'secret' && item.request.number >= 0) nextNumber()
  return nextNumber
}

export class TooManyDescriptors extends ConfideError {
  constructor(limit: number) {
    super(`the secrets need more descriptors than the limit of ${limit} open files leaves`, {
      kind: 'configuration',
      hint: 'raise the limit (ulimit -n), or deliver some with ?as=env',
    })
  }
}
