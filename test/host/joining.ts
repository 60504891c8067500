/** A host that is prepared to join and straight in front of the API server, so that no tunnel can be to blame. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { renderJoin, renderWorkerHost } from '../../components/vps-worker/render.ts'
import type { HostDocument } from '../../host/engine.ts'
import { labFolder, runAsOperator } from '../../lab/environment.ts'
import { privateEndpoint, publicEndpoint } from '../../lab/topology.ts'
import { caCertHash } from '../../preflight/cluster.ts'
import { toolPath } from '../../tools/tools.ts'
import { settingsOf } from '../settings.ts'
import { caOfLab, keyOfLab } from './documents.ts'
import { converge, difference, host, labUp, remove, type Run, run, shell, snapshot } from './lab-host.ts'

export interface Joining {
  /** The document of the join. */
  document: HostDocument
  /** @param cut see `run` */
  join: (token: string, cut?: number) => Promise<Run>
  /** What differs from before the join. */
  left: () => Promise<string[]>
  /** Undoes all that `prepare` did. @throws when the host is not as it was found */
  undo: () => Promise<void>
}

/** Brings the lab up and all onto the host that a worker needs, but the join. */
export async function prepare(): Promise<Joining> {
  await labUp()
  await shell('apt-get -qq update; apt-get -qq -y --no-install-recommends install nftables >/dev/null 2>&1')
  await leadStraight()
  const bare = await snapshot()
  const settings = settingsOf('Pulumi.dev.yaml')
  const signed = ({ uri, suite, components }: { uri: string; suite: string; components: string[] }) => ({ uri, suite, components, key: keyOfLab() })
  const packages = { ...settings.packages, kubernetes: signed(settings.packages.kubernetes), containerd: signed(settings.packages.containerd) }
  const registries = settings.registries.map(({ host: registry, mirror }) => ({ host: registry, mirror, ca: caOfLab() }))
  const worker = renderWorkerHost({ packages, registries, sshPort: 22, interface: 'eth0', ...settings.hostOptions })
  await converge(worker.section, worker.items)
  // A rule of somebody else's, in one of the chains that kube-proxy uses; iptables makes the others when it needs them.
  await shell('iptables --append INPUT --protocol tcp --dport 9999 --jump ACCEPT')
  const prepared = await snapshot()
  const document = renderJoin({
    nodeName: host, apiServer: `${privateEndpoint}:6443`, caCertHash: await caHash(), nodeAddress: '172.31.12.2', taintEffect: 'NoSchedule',
    ignorePreflightErrors: settings.hostOptions.ignorePreflightErrors,
  })
  return {
    document,
    join: (token, cut) => run('converge', { ...document, secrets: { token } } as object, cut),
    // containerd belongs to the worker's section, and keeps its own books.
    left: async () => difference(prepared, await snapshot()).filter((line) => !line.includes('/var/lib/containerd')).slice(0, 30),
    undo: async () => {
      await leave()
      await remove(worker.section)
      await shell('nft delete table ip filter')
      const left = difference(bare, await snapshot())
      await shell('nft delete table ip direct; apt-get -qq -y purge nftables libjansson4 libnftables1 libnftnl11 >/dev/null')
      assert.deepEqual(left.slice(0, 30), [])
    },
  }
}

/** The cluster names itself by its private endpoint, which only the tunnel leads to. A reboot forgets the way round it. */
export async function leadStraight(): Promise<void> {
  await shell(`nft "add table ip direct; add chain ip direct output { type nat hook output priority -100; }; add rule ip direct output ip daddr ${privateEndpoint} dnat to ${publicEndpoint}"`)
}

/** Out of the cluster: the node's object by whoever may, the host by the engine. */
export async function leave(): Promise<void> {
  await remove('vps-join')
  await kubectl('delete', 'node', host, '--ignore-not-found')
}

export async function newToken(): Promise<string> {
  const { stdout } = await runAsOperator(toolPath('kubeadm'), ['token', 'create', '--ttl', '15m', '--kubeconfig', path.join(labFolder, 'kubeconfig')])
  return String(stdout).trim()
}

export async function kubectl(...args: string[]): Promise<string> {
  return String((await runAsOperator('kubectl', args)).stdout)
}

async function caHash(): Promise<string> {
  const data = await kubectl('config', 'view', '--raw', '--minify', '-o', 'jsonpath={.clusters[0].cluster.certificate-authority-data}')
  return caCertHash(Buffer.from(data, 'base64').toString())
}
