import type { Field } from '../../field.ts'
import { objectsOfKind } from '../../kubernetes.ts'
import { demand, type Fault, type ResourceRule, show } from '../../rule.ts'

const ENFORCE = 'pod-security.kubernetes.io/enforce'
const VERSION = 'pod-security.kubernetes.io/enforce-version'

export const podSecurityLabels: ResourceRule = {
  id: 'namespaces-pod-security-labels',
  title: 'Every namespace enforces a Pod Security level of at least baseline, pinned to a version.',
  severity: 'high',
  frameworks: { cis: ['5.2.1'], nsa: ['Pod security: enforcement'], mtb: ['Block privileged containers'] },
  why: 'Without the label the API server admits privileged pods, whoever creates them; without a pinned version an upgrade of the cluster changes what is admitted.',
  fix: `Set the labels ${ENFORCE} to restricted (or baseline) and ${VERSION} to the cluster's minor, for example v1.36.`,
  url: 'https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces',
  looksAt: 'inputs',
  about: ['Namespace'],
  check: (resource) =>
    objectsOfKind(resource, 'Namespace').flatMap(({ object, patch }) => {
      const labels = object.get('metadata', 'labels')
      // A patch answers for the labels that it sets; the namespace's owner answers for the rest.
      const answersFor = (label: string) => !patch || labels.isUnknown || labels.has(label)
      return [
        ...(answersFor(ENFORCE) ? level(labels.get(ENFORCE)) : []),
        ...(answersFor(VERSION) ? version(labels.get(VERSION)) : []),
      ]
    }),
}

function level(label: Field): Fault[] {
  const message = `is ${show(label.value, ['privileged'])}, allowed are "baseline" and "restricted"`
  return demand(label, (value) => value === 'baseline' || value === 'restricted', message)
}

function version(label: Field): Fault[] {
  const message = `is ${show(label.value, ['latest'])}, allowed is a minor version such as "v1.36"`
  return demand(label, (value) => typeof value === 'string' && /^v1\.[0-9]{1,3}$/.test(value), message)
}
