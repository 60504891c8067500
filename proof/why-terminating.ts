/** The command `npm run -s why-terminating -- NAMESPACE`: says why a deleted tenant is still there. */
import { execaSync } from 'execa'
import { explainTerminating, type Left, type NamespaceObject } from './terminating.ts'

const usage = `npm run -s why-terminating -- NAMESPACE [options of kubectl, such as --context CONTEXT]
Exit code: 0 it was told, 1 kubectl could not say all (what it did say is told), 2 wrong usage.
`

process.exitCode = run(process.argv.slice(2))

function run([namespace, ...options]: string[]): number {
  if (namespace === undefined || namespace.startsWith('-')) {
    process.stderr.write(`${namespace === undefined ? '' : `the namespace comes first, not ${namespace}\n`}${usage}`)
    return 2
  }
  // Where one kind cannot be listed kubectl ends with an error, and prints all others.
  const complaints: string[] = []
  const kubectl = (...args: string[]) => {
    const { stdout, stderr, failed, shortMessage } = execaSync('kubectl', [...args, ...options], { reject: false })
    if (failed) complaints.push(stderr || shortMessage)
    return stdout
  }
  const object = kubectl('get', 'namespace', namespace, '-o', 'json')
  if (object !== '') {
    const kinds = kubectl('api-resources', '--namespaced', '--verbs=list,delete', '-o', 'name').trim().split('\n').filter((it) => !it.startsWith('events'))
    const left = kubectl('get', kinds.join(','), '-n', namespace, '--ignore-not-found', '-o', 'json')
    const lines = explainTerminating(JSON.parse(object) as NamespaceObject, left === '' ? [] : (JSON.parse(left) as { items: Left[] }).items)
    for (const line of lines) console.log(`- ${line}`)
    if (lines.length === 0 && complaints.length === 0) console.log('nothing is in the way: it goes in a moment')
  }
  for (const complaint of complaints) console.error(complaint)
  return complaints.length === 0 ? 0 : 1
}
