import { matchesGolden } from './golden.ts'
import { type Registration, registered } from './mocks.ts'
import { program } from './program.ts'

describe('the stack', () => {
  it('makes everything after what it needs, and so takes it away before that', async () => {
    const { registrations } = await registered(() => program('Pulumi.dev.yaml'))
    matchesGolden(describeOrder(registrations), 'components/goldens/order.golden.json')
  })
})

/** A line for each resource. What it comes after by way of others is left out. */
function describeOrder(registrations: Registration[]): string[] {
  const earlier = new Map(registrations.map(({ urn, dependencies }) => [urn, dependencies]))
  const reached = new Map<string, Set<string>>()
  const before = (urn: string): Set<string> => {
    if (!reached.has(urn)) reached.set(urn, new Set((earlier.get(urn) ?? []).flatMap((it) => [it, ...before(it)])))
    return reached.get(urn)!
  }
  return registrations.map(({ urn, parent, dependencies, deletedWith, ignoreChanges, protect, deleteBeforeReplace, retainOnDelete }) => {
    const direct = dependencies.filter((it) => !dependencies.some((other) => other !== it && before(other).has(it)))
    return [
      parent === '' ? short(urn) : `${short(urn)} of ${short(parent)}`,
      ...(direct.length === 0 ? [] : [`after ${direct.map(short).sort().join(' and ')}`]),
      ...(deletedWith === '' ? [] : [`deleted with ${short(deletedWith)}`]),
      ...(ignoreChanges.length === 0 ? [] : [`whatever changes in ${ignoreChanges.join(' and ')}`]),
      ...(protect ? ['protected'] : []), ...(deleteBeforeReplace ? ['deleted before it is replaced'] : []), ...(retainOnDelete ? ['left there'] : []),
    ].join(', ')
  }).sort()
}

/** `urn:pulumi:test::annex::annex:index:A$kubernetes:core/v1:B::name` is `B name`. */
function short(urn: string): string {
  const [, , type, name] = urn.split('::')
  return `${type?.split(':').at(-1)} ${name}`
}
