import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { DaemonSet } from '../../preflight/cluster.ts'
import { cniWarnings } from '../../preflight/judge-cni.ts'

const daemonSet = (container: object): DaemonSet => ({ kind: 'DaemonSet', metadata: { namespace: 'kube-system', name: 'cni' }, spec: { template: { spec: { containers: [{ image: 'registry.example:5000/sidecar:1' }, container] } } } })
/** As its own manifest has it. */
const flannel = { image: 'ghcr.io/flannel-io/flannel:v0.28.10', command: ['/opt/bin/flanneld'], args: ['--ip-masq', '--kube-subnet-mgr'] }
const calico = { image: 'quay.io/calico/node:v3.31.0', env: [{ name: 'IP', value: 'autodetect' }] }

describe('the CNI of a cluster', () => {
  it('is told of where it would take a VPS\'s public address for the node\'s', () => {
    for (const [container, text] of [
      [flannel, /kube-system\/cni takes the interface of the default route.*--iface=\$\(NODE_IP\)/],
      [{ ...flannel, args: ['--kube-subnet-mgr', '--iface', 'eth0', '--iface=ens3'] }, /takes the interface eth0 or ens3 on every node/],
      [{ ...flannel, command: ['/bin/sh', '-c', '/opt/bin/flanneld --ip-masq --iface=eth1'], args: [] }, /takes the interface eth1/],
      [{ ...flannel, image: 'docker.io/flannel/flannel@sha256:0' }, /default route/],
      [calico, /finds a node's address by first-found.*IP_AUTODETECTION_METHOD=kubernetes-internal-ip/],
      [{ ...calico, env: [{ name: 'IP_AUTODETECTION_METHOD', value: 'interface=eth.*' }] }, /by interface=eth\.\*/],
    ] as const) assert.match(cniWarnings([daemonSet(container)]).join(), text)
  })

  it('is left alone where it takes the node\'s own, or is none that is known to do otherwise', () => {
    for (const container of [
      { ...flannel, args: ['--iface=$(NODE_IP)'] }, { ...flannel, args: ['--iface', 'wg0'] }, { ...flannel, args: ['--iface-can-reach=10.10.0.10'] }, { ...flannel, args: ['--iface-regex=10\\.100'] },
      { ...flannel, env: [{ name: 'FLANNELD_IFACE', value: '$(NODE_IP)' }] },
      ...['kubernetes-internal-ip', 'can-reach=10.10.0.10', 'cidr=10.10.0.0/24,10.100.0.0/24', 'interface=eth.*,wg0'].map((value) => ({ ...calico, env: [{ name: 'IP_AUTODETECTION_METHOD', value }] })),
      { image: 'quay.io/cilium/cilium:v1.18.0' }, { image: 'docker.io/calico/node-driver-registrar:v3' }, { image: 'ghcr.io/flannel-io/flannel-cni-plugin:v1.8.0' }, {},
    ]) assert.deepEqual(cniWarnings([daemonSet(container)]), [], JSON.stringify(container))
  })

  it('is told of where it does not wrap what pods send', () => {
    const modes = (ipip: string, vxlan: string) => [{ name: 'IP_AUTODETECTION_METHOD', value: 'kubernetes-internal-ip' }, { name: 'CALICO_IPV4POOL_IPIP', value: ipip }, { name: 'CALICO_IPV4POOL_VXLAN', value: vxlan }]
    assert.match(cniWarnings([daemonSet({ ...calico, env: modes('Never', 'Never') })]).join(), /^the CNI's DaemonSet kube-system\/cni sends pods' packets .* as they are.*vxlanMode: CrossSubnet/)
    for (const env of [modes('Always', 'Never'), modes('Never', 'CrossSubnet')]) assert.deepEqual(cniWarnings([daemonSet({ ...calico, env })]), [])
  })

  it('is right in the lab', () => {
    const manifests = ['flannel', 'kube-router', 'kube-proxy'].flatMap((name) => parseAllDocuments(readFileSync(path.join(import.meta.dirname, `../../lab/addons/${name}.yaml`), 'utf8')).map((it) => it.toJS()))
    const daemonSets = manifests.filter((it): it is DaemonSet => it?.kind === 'DaemonSet')
    assert.equal(daemonSets.length, 3)
    assert.deepEqual(cniWarnings(daemonSets), [])
  })
})
