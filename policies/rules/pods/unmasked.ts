import type { Pod } from '../../pods.ts'
import { type Fault, refuse, show } from '../../rule.ts'

/** The containers that ask for another /proc than the runtime's masked one. */
export function unmasked({ containers }: Pod): Fault[] {
  return containers.flatMap((container) => {
    const field = container.get('securityContext', 'procMount')
    return refuse(field, (value) => value === 'Default', `is ${show(field.value, ['Unmasked'])}, allowed is "Default"`)
  })
}
