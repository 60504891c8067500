/** Whether the pods of a VPS will be reached: a CNI that talks to the other nodes from the VPS's public address is let in nowhere, nor is one that sends pods' packets as they are. From facts alone. */
import { tunnelInterface } from '../components/wireguard-tunnel/render.ts'
import type { Container, DaemonSet } from './cluster.ts'

/** @returns one sentence for each DaemonSet that must be told where the nodes' network is, or to wrap what pods send. Those of other CNIs take a node's InternalIP, or are not known. */
export function cniWarnings(daemonSets: DaemonSet[]): string[] {
  return daemonSets.flatMap(({ metadata, spec }) => spec.template.spec.containers.flatMap((container) => {
    const [how, bare] = [misled(container), unwrapped(container)]
    const cni = `the CNI's DaemonSet ${metadata.namespace}/${metadata.name}`
    return [
      ...(how === undefined ? [] : [`${cni} ${how.does}: on a VPS that is the one to the internet, where no other node is let in, so its pods would reach no other node's. ${how.fix}`]),
      ...(bare === undefined ? [] : [`${cni} ${bare.does}: the gateway takes from a VPS what its own address sends, and the cloud has no way to the addresses of its pods, so they would reach no other node's. ${bare.fix}`]),
    ]
  }))
}

/** https://docs.tigera.io/calico/latest/reference/configure-calico-node: a pool is wrapped Always, CrossSubnet (a VPS is in another one) or Never. */
function unwrapped({ image = '', env = [] }: Container): { does: string; fix: string } | undefined {
  const modes = env.filter(({ name }) => name === 'CALICO_IPV4POOL_IPIP' || name === 'CALICO_IPV4POOL_VXLAN')
  if (!/(^|\/)calico\/node(:|@|$)/.test(image) || modes.length < 2 || modes.some(({ value }) => value !== 'Never')) return undefined
  return {
    does: 'sends pods\' packets to other nodes as they are (CALICO_IPV4POOL_IPIP and CALICO_IPV4POOL_VXLAN are Never)',
    fix: 'Have its IPPool wrap them: vxlanMode: CrossSubnet, or ipipMode: CrossSubnet',
  }
}

function misled(container: Container): { does: string; fix: string } | undefined {
  const image = container.image ?? ''
  if (/(^|\/)flannel(:|@|$)/.test(image)) return flannel(container)
  if (/(^|\/)calico\/node(:|@|$)/.test(image)) return calico(container)
  return undefined
}

/** https://github.com/flannel-io/flannel/blob/master/Documentation/configuration.md: `--iface` takes a name or an address; without it, the default route's. */
function flannel({ command = [], args = [], env = [] }: Container): ReturnType<typeof misled> {
  const words = [...command, ...args].flatMap((word) => word.split(/\s+/))
  const values = words.flatMap((word, i) => (word === '--iface' ? [words[i + 1] ?? ''] : word.startsWith('--iface=') ? [word.slice('--iface='.length)] : []))
  const found = words.some((word) => /^--iface-(can-reach|regex)\b/.test(word)) || env.some(({ name }) => /^FLANNELD_IFACE(_CAN_REACH|_REGEX)?$/.test(name))
  // A variable is each node's own; a name is the same on all.
  if (found || values.some((value) => value === tunnelInterface || /[$.]/.test(value))) return undefined
  return {
    does: values.length === 0 ? 'takes the interface of the default route' : `takes the interface ${values.join(' or ')} on every node`,
    fix: 'Give its container the variable NODE_IP from the field status.hostIP, and the argument --iface=$(NODE_IP)',
  }
}

/** https://docs.tigera.io/calico/latest/networking/ipam/ip-autodetection */
function calico({ env = [] }: Container): ReturnType<typeof misled> {
  const method = env.find(({ name }) => name === 'IP_AUTODETECTION_METHOD')?.value ?? 'first-found'
  if (/^(kubernetes-internal-ip|can-reach=|cidr=)/.test(method) || method.includes(tunnelInterface)) return undefined
  return {
    does: `finds a node's address by ${method}`,
    fix: 'Set IP_AUTODETECTION_METHOD=kubernetes-internal-ip there (by its operator: nodeAddressAutodetectionV4 {kubernetes: NodeInternalIP} of the Installation)',
  }
}
