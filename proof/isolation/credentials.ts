/** What the attacks speak to the API server with. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Ran } from '../checklist/point.ts'

/**
 * Of the tenant's people, who log in by whatever the cluster trusts: the API server takes the caller for them.
 * @returns arguments of kubectl
 */
export const as = (user: string, ...groups: string[]) => ['--as', user, ...[...groups, 'system:authenticated'].flatMap((group) => ['--as-group', group])]

/**
 * Of the service account `default`: a token as its pods could have one, for ten minutes (the shortest that there is), in a kubeconfig of its own,
 * since a client certificate of the caller's would count before the token.
 * @param folder that nobody else may read, and that is taken away afterwards
 * @returns arguments of kubectl. @throws Error where the API server gives no token
 */
export async function asAccount(kubectl: (args: string[]) => Promise<Ran>, context: string, namespace: string, folder: string): Promise<string[]> {
  const ask = async (...args: string[]) => {
    const { code, stdout, stderr } = await kubectl(args)
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`)
    return stdout
  }
  const { clusters } = JSON.parse(await ask('config', 'view', '--raw', '--minify', '--flatten', '-o', 'json')) as { clusters: [{ name: string }] }
  const token = (await ask('create', 'token', 'default', '-n', namespace, '--duration', '10m')).trim()
  const config = {
    apiVersion: 'v1', kind: 'Config', clusters, users: [{ name: 'account', user: { token } }],
    contexts: [{ name: context, context: { cluster: clusters[0].name, user: 'account' } }], 'current-context': context,
  }
  const file = path.join(folder, `${namespace}.kubeconfig`)
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
  return ['--kubeconfig', file]
}
