import type { Field } from '../../field.ts'
import { demand, type Fault, show } from '../../rule.ts'

const TYPES = ['RuntimeDefault', 'Localhost']

export function isProfile(value: unknown): boolean {
  return TYPES.some((type) => type === value)
}

/** The fault of the seccomp profile in a security context, where there is one. */
export function profileFaults(context: Field): Fault[] {
  const profile = context.get('seccompProfile')
  const type = profile.get('type')
  return profile.isAbsent ? [] : demand(type, isProfile, `is ${show(type.value, ['Unconfined'])}, allowed are ${TYPES.join(' and ')}`)
}
