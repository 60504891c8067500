/** Which taints a toleration puts up with, compared with another one. */

export interface Toleration { key?: string; operator?: string; value?: string; effect?: string; tolerationSeconds?: number }

/**
 * Whether every taint that `wanted` tolerates is tolerated by `has`, for as long.
 * Operators as in Kubernetes: `Exists` takes any value, and without a key any key; no effect stands for every effect; `Equal` is the default.
 * A comparison (`Gt`, `Lt`) covers nothing but itself.
 */
export function covers(has: Toleration, wanted: Toleration): boolean {
  const operator = has.operator || 'Equal'
  const anyKey = !has.key && operator === 'Exists'
  const sameKey = anyKey || (Boolean(has.key) && has.key === wanted.key)
  const sameEffect = !has.effect || has.effect === wanted.effect
  const sameValue = operator === 'Exists' || (operator === (wanted.operator || 'Equal') && (has.value ?? '') === (wanted.value ?? ''))
  const asLong = (has.tolerationSeconds ?? undefined) === undefined || has.tolerationSeconds === wanted.tolerationSeconds
  return sameKey && sameEffect && sameValue && asLong
}

/** The tolerations of a pod with those of its placement, but for what it tolerates already. */
export function addTolerations(present: Toleration[], added: Toleration[]): Toleration[] {
  return added.reduce((all, it) => (all.some((other) => covers(other, it)) ? all : [...all, it]), present)
}
