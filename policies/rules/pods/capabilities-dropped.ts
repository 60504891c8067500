import type { Field } from '../../field.ts'
import { checkPods, unlessWindows } from '../../pods.ts'
import { demand, type Fault, type ResourceRule, unverifiable, violation } from '../../rule.ts'
import { showCapability } from './capability.ts'

export const capabilitiesDropped: ResourceRule = {
  id: 'pods-capabilities-dropped',
  title: 'Every container drops all capabilities and adds at most NET_BIND_SERVICE.',
  severity: 'medium',
  frameworks: { pss: ['restricted', 'capabilities_restricted'], cis: ['5.2.8', '5.2.9', '5.2.10'], nsa: ['Pod security: capabilities'], mtb: ['Block add capabilities'] },
  why: "The runtime's default set still lets root in a container write as anybody, make device nodes and forge packets.",
  fix: 'Set securityContext.capabilities.drop of each container to ["ALL"], and add nothing but NET_BIND_SERVICE.',
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted',
  since: 22,
  replaces: 'pods-capabilities',
  looksAt: 'inputs',
  about: ['pods'],
  check: (resource, settings) =>
    checkPods(resource, (pod) =>
      unlessWindows(
        pod,
        settings,
        pod.containers.flatMap((container) => {
          const capabilities = container.get('securityContext', 'capabilities')
          return [...dropped(capabilities.get('drop'), pod.partial), ...added(capabilities.get('add'))]
        }),
      ),
    ),
}

function dropped(drop: Field, partial: boolean): Fault[] {
  if (partial && drop.isAbsent) return []
  const names = drop.items()
  if (names.some(({ value }) => value === 'ALL')) return []
  const unknown = names.find(({ isUnknown }) => isUnknown)
  return [unknown === undefined ? violation(drop, 'does not hold "ALL"') : unverifiable(unknown)]
}

function added(add: Field): Fault[] {
  return add
    .items()
    .flatMap((name) => demand(name, (value) => value === 'NET_BIND_SERVICE', `is ${showCapability(name.value)}, allowed is "NET_BIND_SERVICE"`))
}
