import type { Field } from '../../field.ts'
import { kindOf, objectsOf } from '../../kubernetes.ts'
import { type Fault, type Rule, show, unverifiable, violation } from '../../rule.ts'

const ENFORCE = 'pod-security.kubernetes.io/enforce'
const VERSION = 'pod-security.kubernetes.io/enforce-version'

export const podSecurityLabels: Rule = {
  id: 'namespaces-pod-security-labels',
  title: 'Every namespace enforces a Pod Security level of at least baseline, pinned to a version.',
  severity: 'high',
  why: 'Without the label the API server admits privileged pods, whoever creates them; without a pinned version an upgrade of the cluster changes what is admitted.',
  fix: `Set the labels ${ENFORCE} to restricted (or baseline) and ${VERSION} to the cluster's minor, for example v1.36.`,
  references: [
    'https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces',
  ],
  looksAt: 'inputs',
  check: (resource) => {
    const patch = kindOf(resource)?.patch === true
    return objectsOf(resource)
      .filter(({ kind }) => kind === 'Namespace')
      .flatMap(({ object }) => {
        const labels = object.get('metadata', 'labels')
        // A patch answers for the labels that it sets; the namespace's owner answers for the rest.
        return [
          ...(patch && !labels.isUnknown && !labels.has(ENFORCE) ? [] : level(labels.get(ENFORCE))),
          ...(patch && !labels.isUnknown && !labels.has(VERSION) ? [] : version(labels.get(VERSION))),
        ]
      })
  },
}

function level(label: Field): Fault[] {
  if (label.isUnknown) return [unverifiable(label)]
  if (label.value === 'baseline' || label.value === 'restricted') return []
  return [violation(label, `is ${seen(label, ['privileged'])}, allowed are "baseline" and "restricted"`)]
}

function version(label: Field): Fault[] {
  if (label.isUnknown) return [unverifiable(label)]
  if (typeof label.value === 'string' && /^v1\.[0-9]{1,3}$/.test(label.value)) return []
  return [violation(label, `is ${seen(label, ['latest'])}, allowed is a minor version such as "v1.36"`)]
}

function seen(label: Field, words: string[]): string {
  return label.isAbsent ? 'not set' : show(label.value, words)
}
