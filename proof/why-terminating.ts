/** The command `npm run -s why-terminating -- NAMESPACE`: says why a deleted tenant is still there. */
import { execaSync } from 'execa'
import { explainTerminating, type Left, type NamespaceObject } from './terminating.ts'

const usage = `npm run -s why-terminating -- NAMESPACE [options of kubectl, such as --context CONTEXT]
Exit code: 0 it was told, 1 kubectl cannot get the namespace, 2 wrong usage.
`

/** Asks the cluster. @param kubectl gives back what kubectl printed, also where it ended with an error. @throws Error where it says nothing of the namespace */
export function whyTerminating(namespace: string, kubectl: (args: string[]) => string): string[] {
  const object = JSON.parse(kubectl(['get', 'namespace', namespace, '-o', 'json'])) as NamespaceObject
  // Where an API service is dead kubectl names the kinds of all others, and that service is told from the namespace's conditions.
  const kinds = kubectl(['api-resources', '--namespaced', '--verbs=list,delete', '-o', 'name']).trim().split('\n').filter((it) => !it.startsWith('events'))
  const left = JSON.parse(kubectl(['get', kinds.join(','), '-n', namespace, '--ignore-not-found', '-o', 'json']) || '{"items":[]}') as { items: Left[] }
  return explainTerminating(object, left.items)
}

function command([namespace, ...options]: string[]): number {
  if (namespace === undefined || namespace.startsWith('-')) {
    process.stderr.write(`${namespace === undefined ? '' : `the namespace comes first, not ${namespace}\n`}${usage}`)
    return 2
  }
  const kubectl = (args: string[]) => {
    const { stdout, stderr, failed, shortMessage } = execaSync('kubectl', [...args, ...options], { reject: false })
    if (failed && stdout === '') throw new CannotAsk(stderr || shortMessage)
    return stdout
  }
  try {
    const lines = whyTerminating(namespace, kubectl)
    console.log(lines.length === 0 ? 'nothing is in the way: it goes in a moment' : lines.map((it) => `- ${it}`).join('\n'))
    return 0
  } catch (error) {
    if (!(error instanceof CannotAsk)) throw error
    console.error(error.message)
    return 1
  }
}

class CannotAsk extends Error {}

if (import.meta.main) process.exitCode = command(process.argv.slice(2))
