import { ConfideError } from '../leaf/errors.ts'
import type { DeliveryForm, SecretItem } from '../plan.ts'

/** The delivery of that name. Throws 'bug' when there is none: the grammar knows them all. */
export function formOf(name: string, deliveries: readonly DeliveryForm[]): DeliveryForm {
  const form = deliveries.find(delivery => delivery.name === name)
  if (form !== undefined) return form
  throw new ConfideError(`there is no delivery ${name}`, { kind: 'bug' })
}

/** The variables that will be set for an item; none yet where its members decide. */
export function namesOf(item: SecretItem, deliveries: readonly DeliveryForm[]): readonly string[] {
  if (item.prefix !== undefined) return []
  return formOf(item.delivery, deliveries).names(item.request)
}
