import { type StackRule, unverifiable, violation } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'

export const uniqueNames: StackRule = {
  id: 'hosts-unique-names',
  title: 'No two hosts join as the same node.',
  severity: 'high',
  frameworks: {},
  why: 'The second one takes over the Node object of the first, and its pods are killed on both.',
  fix: 'Give each worker a name of its own (annex:workers, name).',
  url: 'https://kubernetes.io/docs/concepts/architecture/nodes/#node-name-uniqueness',
  looksAt: 'stack',
  check: (stack) => {
    const seen = new Set<unknown>()
    return stack.resources.flatMap((resource) =>
      documentsOf(resource)
        .flatMap((document) => itemsOf(document, 'join'))
        .map((join) => join.get('nodeName'))
        .flatMap((name) => {
          if (name.isUnknown) return [{ resource, fault: unverifiable(name) }]
          const again = seen.has(name.value)
          seen.add(name.value)
          return again ? [{ resource, fault: violation(name, 'is the name of another node already') }] : []
        }),
    )
  },
}
