/** Says why a deleted tenant is still there: `node proof/why-terminating.ts NAMESPACE [arguments of kubectl]`. */
import { execFileSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { explainTerminating, type Left, type NamespaceObject } from './terminating.ts'

/** Asks the cluster through kubectl. @throws Error of kubectl */
export function whyTerminating(namespace: string, kubectl: (args: string[]) => string): string[] {
  const object = JSON.parse(kubectl(['get', 'namespace', namespace, '-o', 'json'])) as NamespaceObject
  const kinds = kubectl(['api-resources', '--namespaced', '--verbs=list,delete', '-o', 'name']).trim().split('\n').filter((it) => !it.startsWith('events'))
  const left = JSON.parse(kubectl(['get', kinds.join(','), '-n', namespace, '--ignore-not-found', '-o', 'json']) || '{"items":[]}') as { items: Left[] }
  return explainTerminating(object, left.items)
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [namespace, ...args] = process.argv.slice(2)
  if (namespace === undefined) throw new Error('the namespace is needed: node proof/why-terminating.ts paas-tenant-1')
  const lines = whyTerminating(namespace, (asked) => execFileSync('kubectl', [...args, ...asked], { encoding: 'utf8', maxBuffer: 1 << 28 }))
  console.log(lines.length === 0 ? 'nothing is in the way: it goes in a moment' : lines.map((it) => `- ${it}`).join('\n'))
}
