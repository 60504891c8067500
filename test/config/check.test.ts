import assert from 'node:assert/strict'
import fc from 'fast-check'
import { check, describe as asText, stackNameFaults } from '../../config/check.ts'
import { contains, isBroadcast, overlap } from '../../config/ranges.ts'
import { annexOptions } from '../stack-file.ts'

/** Faults that a change of the dev stack causes. */
function faultsAfter(change: (options: Record<string, any>) => void) {
  const options = annexOptions('Pulumi.dev.yaml')
  change(options)
  return check(options).faults
}

/** Of every option, whole mappings and lists too. */
function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsIn(inner).map((path) => [key, ...path])])
}

describe('configuration', () => {
  for (const file of ['Pulumi.dev.yaml', 'Pulumi.prod.yaml']) {
    it(`accepts ${file} as it is in the repository`, () => {
      assert.deepEqual(check(annexOptions(file)).faults, [])
    })
  }

  it('reports five faults of five kinds at once, each with path, value and fix', () => {
    const faults = faultsAfter((options) => {
      options.tunnel.range = '10.244.8.0/24'
      options.workers[0].name = 'VPS_1'
      options.workers[0].ssh = { port: 70000 }
      options.cluster.apiServer = 'https://10.10.0.10'
      options.tenants[1].name = 'kube-system'
    })
    const paths = faults.map(({ path }) => path)
    for (const path of ['annex:tunnel.range', 'annex:workers[0].name', 'annex:workers[0].ssh.port', 'annex:cluster.apiServer', 'annex:tenants[1].name']) {
      assert.ok(paths.includes(path), `${path} is missing in ${paths.join(', ')}`)
    }
    for (const { seen, message } of faults) assert.ok(seen !== '' && message !== '')
    assert.match(asText(faults, 'Pulumi.dev.yaml'), /annex:workers\[0\]\.ssh\.port = 70000/)
  })

  it('may leave out what has a default: admission then audits, and spares the cluster’s own namespaces; a jump host is asked as root on port 22', () => {
    const options = annexOptions('Pulumi.dev.yaml')
    options.workers[0].ssh = { jump: { host: '198.51.100.9' } }
    const { admission, workers } = check({ ...options, admission: {} }).config!
    assert.deepEqual(admission, { enforcement: 'audit', systemNamespaces: ['kube-system', 'kube-public', 'kube-node-lease'], daemonSets: [], schedulers: ['system:kube-scheduler'] })
    assert.deepEqual(workers[0]!.ssh, { port: 22, user: 'root', jump: { host: '198.51.100.9', port: 22, user: 'root' } })
  })

  it('names a missing option and an unknown one', () => {
    const faults = faultsAfter((options) => {
      delete options.knownHosts
      options.tunnel.prot = 51820
    })
    assert.deepEqual(faults.map(({ path, seen }) => [path, seen]), [['annex:knownHosts', '(not set)'], ['annex:tunnel.prot', '51820']])
  })

  it('refuses a tunnel range that overlaps the nodes, pods or services', () => {
    for (const name of ['nodes', 'pods', 'services']) {
      const faults = faultsAfter((options) => { options.cluster[name] = ['10.100.0.0/16'] })
      assert.ok(faults.some(({ path, message }) => path === 'annex:tunnel.range' && message.includes(`annex:cluster.${name}[0]`)), name)
    }
  })

  it('refuses a host address inside a range that goes into the tunnel', () => {
    assert.deepEqual(faultsAfter((options) => { options.workers[0].address = '10.10.0.77' }).map(({ path }) => path), ['annex:workers[0].address'])
    assert.deepEqual(faultsAfter((options) => { options.tunnel.gateways[0].address = '10.10.0.77' }).map(({ path }) => path), ['annex:tunnel.gateways[0].address'])
  })

  it('refuses volumes that take more than their pool together, that have one name, or are too small for a file system', () => {
    const storage = { size: '1Gi', volumes: [{ name: 'a', size: '768Mi' }, { name: 'b', size: '512Mi' }] }
    const faults = faultsAfter((options) => { options.workers[0].storage = storage })
    assert.deepEqual(faults.map(({ path, seen, message }) => `${path} = ${seen}: ${message}`), ['annex:workers[0].storage.size = "1Gi": its volumes take 1280Mi together (a 768Mi, b 512Mi): make it larger, or the volumes smaller or fewer'])
    assert.deepEqual(faultsAfter((options) => { options.workers[0].storage = { ...storage, size: '1280Mi' } }), [])
    const others = faultsAfter((options) => { options.workers[0].storage = { volumes: [{ name: 'a', size: '8Mi' }, { name: 'a', size: '1Gi', reclaim: 'delete' }], disk: 'sdb' } })
    assert.deepEqual(others.map(({ path }) => path).sort(), ['annex:workers[0].storage.disk', 'annex:workers[0].storage.volumes[0].size', 'annex:workers[0].storage.volumes[1].name', 'annex:workers[0].storage.volumes[1].reclaim'])
  })

  it('refuses volumes of two workers that would be one PersistentVolume', () => {
    const faults = faultsAfter((options) => {
      const [first] = options.workers
      options.workers = [
        { ...first, name: 'vps', storage: { volumes: [{ name: '1-a', size: '64Mi' }] } },
        { ...first, name: 'vps-1', address: '198.51.100.99', tunnelAddress: '10.100.0.99', ssh: {}, storage: { volumes: [{ name: 'b', size: '64Mi' }, { name: 'a', size: '64Mi' }] } },
      ]
    })
    assert.deepEqual(faults.map(({ path, seen, message }) => `${path} = ${seen} ${message}`), ['annex:workers[1].storage.volumes[1].name = "a" its PersistentVolume would be vps-1-a, as that of annex:workers[0].storage.volumes[0].name: choose another name'])
  })

  it('refuses a tunnel address outside the range, taken twice, or a name taken twice', () => {
    const faults = faultsAfter((options) => {
      options.workers.push({ ...options.workers[0], tunnelAddress: '10.100.0.1' })
      options.workers[0].tunnelAddress = '10.101.0.1'
    })
    assert.deepEqual(faults.map(({ path }) => path).sort(), ['annex:workers[0].tunnelAddress', 'annex:workers[1].address', 'annex:workers[1].name', 'annex:workers[1].tunnelAddress'])
  })

  it('refuses one host twice, by whatever it is reached; behind NAT or a jump host one address may be several', () => {
    const second = (more: object) => faultsAfter((options) => options.workers.push({ name: 'second', address: '198.51.100.99', tunnelAddress: '10.100.0.99', ...more })).map(({ path }) => path)
    const [gateway, worker] = [annexOptions('Pulumi.dev.yaml').tunnel.gateways[0], annexOptions('Pulumi.dev.yaml').workers[0]]
    assert.deepEqual(second({}), [])
    assert.deepEqual(second({ address: worker.address }), ['annex:workers[1].address'])
    assert.deepEqual(second({ ssh: { host: gateway.address, port: 22 } }), ['annex:workers[1].ssh.host'])
    assert.deepEqual(second({ address: worker.address, ssh: { port: 2222 } }), [])
    assert.deepEqual(second({ ssh: { host: worker.address, jump: { host: '198.51.100.200' } } }), [])
    const twice = faultsAfter((options) => options.tunnel.gateways.push({ ...gateway, name: 'second', tunnelAddress: '10.100.0.98' })).map(({ path }) => path)
    assert.deepEqual(twice, ['annex:tunnel.gateways[1].address', 'annex:tunnel.gateways[1].cloudAddress'])
    assert.deepEqual(faultsAfter((options) => options.registries.push(options.registries[0])).map(({ path, seen }) => `${path} = ${seen}`), [`annex:registries[${annexOptions('Pulumi.dev.yaml').registries.length}].host = ${JSON.stringify(annexOptions('Pulumi.dev.yaml').registries[0].host)}`])
  })

  it('refuses addresses that lead nowhere: an API server beside the tunnel’s ranges, the address of all hosts, a gateway that is not in the cloud', () => {
    const at = (apiServer: string) => faultsAfter((options) => { options.cluster.apiServer = apiServer }).map(({ path }) => path)
    for (const elsewhere of ['10.99.0.10:6443', '10.244.0.1:6443', '10.96.0.1:443', '10.100.0.1:6443']) assert.deepEqual(at(elsewhere), ['annex:cluster.apiServer'], elsewhere)
    for (const there of ['10.10.0.10:6443', 'api.cluster.example:6443']) assert.deepEqual(at(there), [], there)
    assert.deepEqual(faultsAfter((options) => { options.cluster.nodes = ['10.20.0.0/24', '10.10.0.0/24', '10.30.0.0/24'] }), [])
    const own = (change: (options: Record<string, any>) => void) => faultsAfter(change).map(({ path, seen }) => `${path} = ${seen}`)
    assert.deepEqual(own((options) => { options.workers[0].tunnelAddress = '10.100.0.255' }), ['annex:workers[0].tunnelAddress = "10.100.0.255"'])
    assert.deepEqual(own((options) => { options.workers[0].tunnelAddress = '10.100.0.0' }), ['annex:workers[0].tunnelAddress = "10.100.0.0"'])
    for (const inside of ['10.100.0.77', '10.244.3.1', '10.96.0.9']) {
      assert.deepEqual(own((options) => { options.tunnel.gateways[0].cloudAddress = inside }), [`annex:tunnel.gateways[0].cloudAddress = "${inside}"`])
    }
  })

  it('refuses at once what a host would refuse later', () => {
    const cases: [string, unknown, (options: Record<string, any>, value: unknown) => void][] = [
      ...['/srv/volumes/', '/srv/my volumes', '/', '/srv/../x', '//srv', 'srv', '/srv/a+b', '/srv/100%', '/.srv', '/run/volumes', '/var/run/volumes', '/dev/shm', '/mnt/annex/vol-1'].map((value): typeof cases[number] => ['annex:workers[0].storage.path', value, (options) => { options.workers[0].storage.path = value }]),
      ...['/dev/../x', '/dev/', '/srv/disk'].map((value): typeof cases[number] => ['annex:workers[0].storage.disk', value, (options) => { options.workers[0].storage.disk = value }]),
      ['annex:workers[0].storage.size', '99999999999Ti', (options, value) => { options.workers[0].storage.size = value }],
      ['annex:packages.kubernetes.uri', 'https://[', (options, value) => { options.packages.kubernetes.uri = value }],
      ['annex:packages.kubernetes.uri', 'ftp://mirror.example', (options, value) => { options.packages.kubernetes.uri = value }],
      ['annex:packages.kubernetes.uri', 'https://mirror.example/deb\nTrusted: yes', (options, value) => { options.packages.kubernetes.uri = value }],
      ['annex:packages.kubernetes.uri', 'https://user:password@mirror.example/deb', (options, value) => { options.packages.kubernetes.uri = value }],
      ['annex:packages.containerd.suite', 'stable\nother', (options, value) => { options.packages.containerd.suite = value }],
      ['annex:packages.containerdVersion', '2.2.7-1~debian/12', (options, value) => { options.packages.containerdVersion = value }],
      ['annex:registries[0].mirror', 'https://[', (options, value) => { options.registries[0].mirror = value }],
      ['annex:hostOptions.ignorePreflightErrors[0]', 'X_Y', (options, value) => { options.hostOptions = { ignorePreflightErrors: [value] } }],
      ['annex:workers[0].ssh.user', 'First.Last', (options, value) => { options.workers[0].ssh = { user: value } }],
      ['annex:cluster.nodes[0]', '10.10.0.0/024', (options, value) => { options.cluster.nodes = [value] }],
      ['annex:tunnel.mtu', 1279, (options, value) => { options.tunnel.mtu = value }],
      ['annex:packages.kubernetesVersion', '1.30.14-1.1', (options, value) => { Object.assign(options.packages, { kubernetesVersion: value, kubernetes: { ...options.packages.kubernetes, uri: 'https://mirror.example/kubernetes/' } }) }],
      ['annex:packages.containerdVersion', '1.7.29-1', (options, value) => { options.packages.containerdVersion = value }],
      ['annex:workers[0].storage.volumes[0].name', 'a'.repeat(42), (options, value) => { options.workers[0].storage.volumes[0].name = value }],
      ['annex:workers[0].storage.volumes[0].size', '15Mi', (options, value) => { options.workers[0].storage.volumes[0].size = value }],
    ]
    for (const [path, value, change] of cases) {
      assert.deepEqual(faultsAfter((options) => change(options, value)).map((fault) => `${fault.path} = ${fault.seen}`), [`${path} = ${JSON.stringify(value)}`])
    }
    for (const host of ['registry.example:5000', 'localhost']) assert.deepEqual(faultsAfter((options) => { options.registries[0].host = host }), [])
    assert.deepEqual(faultsAfter((options) => {
      options.tunnel.mtu = 1280
      Object.assign(options.packages, { kubernetesVersion: '1.31.0-1.1', kubernetes: { ...options.packages.kubernetes, uri: 'https://mirror.example/kubernetes/' } })
      options.workers[0].storage.volumes[0] = { name: 'a'.repeat(41), size: '16Mi' }
    }), [])
  })

  it('refuses packages that their repository cannot have, and a source that apt could not read', () => {
    const own = (change: (packages: Record<string, any>) => void) => faultsAfter((options) => change(options.packages)).map(({ path }) => path)
    assert.deepEqual(own((it) => { it.containerd.components = [] }), ['annex:packages.containerd.components'])
    assert.deepEqual(own((it) => { delete it.containerd.components }), ['annex:packages.containerd.components'])
    assert.deepEqual(own((it) => { it.containerd.suite = '/' }), ['annex:packages.containerd.components'])
    assert.deepEqual(own((it) => { it.containerd.suite = './' ; it.containerd.components = [] }), [])
    assert.deepEqual(own((it) => { it.kubernetes.uri = 'https://pkgs.k8s.io/core:/stable:/v1.36/rpm/' }), ['annex:packages.kubernetes.uri'])
    assert.deepEqual(own((it) => { it.kubernetes.uri = 'https://pkgs.k8s.io/core:/stable:/v1.35/deb/' }), ['annex:packages.kubernetesVersion'])
    for (const uri of ['https://mirror.example/kubernetes/', 'https://proxy.example/api/v1.0/k8s/', 'https://proxy.example/v1.2/k8s/v1.36/deb/']) assert.deepEqual(own((it) => { it.kubernetes.uri = uri }), [], uri)
    assert.deepEqual(own((it) => { it.containerd.components = 'stable' }), ['annex:packages.containerd.components'])
    assert.deepEqual(own((it) => { Object.assign(it, { containerdVersion: '2.2.7-1~debian.12~bookworm', containerd: { ...it.containerd, suite: 'trixie' } }) }), ['annex:packages.containerdVersion'])
    assert.deepEqual(own((it) => { Object.assign(it, { containerdVersion: '2.2.7-1~debian.12~bookworm', containerd: { ...it.containerd, suite: 'docker' } }) }), [])
  })

  it('refuses what the API server, an image or a name in the stack could not be', () => {
    const own = (change: (options: Record<string, any>) => void) => faultsAfter(change).map(({ path }) => path)
    for (const host of ['2-vps', 'node.1-a', '10-0-0-5-ip']) assert.deepEqual(own((it) => { it.workers[0].ssh = { host } }), [], host)
    for (const apiServer of ['api-:6443', '10.10.0.10:0', '10.10.0.10:99999', '10.10.0.010:6443', '...:6443']) assert.deepEqual(own((it) => { it.cluster.apiServer = apiServer }), ['annex:cluster.apiServer'], apiServer)
    for (const host of ['999.1.1.1', 'a..b', '2001:db8::1']) assert.deepEqual(own((it) => { it.workers[0].ssh = { host } }), ['annex:workers[0].ssh.host'], host)
    for (const image of ['https://docker.io/library/busybox:1.37.0', 'docker.io/Library/Busybox:1', '/busybox:1', 'docker.io//busybox:1', 'örg/x:1', 'registry.example:5000/app', 'busybox:latest']) {
      assert.deepEqual(own((it) => { it.iamService = { image } }), ['annex:iamService.image'], image)
    }
    for (const image of ['busybox:1.37', 'registry.example:5000/a__b/app-x.y:1', `docker.io/library/busybox:1.37.0@sha256:${'0'.repeat(64)}`]) assert.deepEqual(own((it) => { it.iamService = { image } }), [], image)
    assert.deepEqual(own((it) => { it.registries[0].host = 'Docker.IO' }), ['annex:registries[0].host'])
    assert.deepEqual(own((it) => { it.cluster.pods = [] }), ['annex:cluster.pods'])
    assert.deepEqual(own((it) => { it.tunnel.gateways = [] }), ['annex:tunnel.gateways'])
    assert.deepEqual(own((it) => { it.tenants[0].group = 'system:nodes' }), ['annex:tenants[0].group'])
    assert.deepEqual(own((it) => { it.tenants[0].ingressHosts = ['10.0.0.1'] }), ['annex:tenants[0].ingressHosts[0]'])
    assert.deepEqual(own((it) => { it.tunnel.range = '127.100.0.0/24' }).includes('annex:tunnel.range'), true)
    assert.deepEqual(own((it) => { it.tenants.push({ name: `${it.tenants[0].name}-affinity`, group: 'more' }) }), [`annex:tenants[${annexOptions('Pulumi.dev.yaml').tenants.length}].name`])
  })

  it('refuses two hosts that would be one in the stack, or share a port', () => {
    const own = (change: (options: Record<string, any>, worker: Record<string, any>) => void) => faultsAfter((options) => {
      const second = { ...options.workers[0], name: 'second', address: '198.51.100.99', tunnelAddress: '10.100.0.99', storage: {}, ssh: {} }
      options.workers.push(second)
      change(options, second)
    }).map(({ path }) => path)
    assert.deepEqual(own(() => {}), [])
    assert.deepEqual(own((options, second) => { second.name = `${options.tunnel.gateways[0].name}-${options.workers[0].name}` }), ['annex:workers[0].name'])
    assert.deepEqual(own((options, second) => { Object.assign(second, { address: options.workers[0].address, listenPort: options.workers[0].listenPort, ssh: { port: 2222 } }) }), ['annex:workers[1].listenPort'])
    assert.deepEqual(own((options, second) => { Object.assign(second, { address: options.tunnel.gateways[0].address, listenPort: 51820, ssh: { port: 2222 } }) }), ['annex:workers[1].listenPort'])
  })

  it('refuses admission that would keep the cluster’s own pods away, or every tenant’s', () => {
    const own = (admission: object) => faultsAfter((options) => { options.admission = { enforcement: 'deny', ...admission } }).map(({ path }) => path)
    for (const systemNamespaces of [[], ['calico-system']]) assert.deepEqual(own({ systemNamespaces }), ['annex:admission.systemNamespaces'])
    assert.deepEqual(own({ systemNamespaces: ['kube-system', 'calico-system'] }), [])
    assert.deepEqual(own({ schedulers: ['default-scheduler'] }), ['annex:admission.schedulers[0]'])
  })

  it('says which options there are where one is not, at any depth', () => {
    const message = (change: (options: Record<string, any>) => void) => faultsAfter(change).map((it) => it.message).join()
    assert.match(message((options) => { options.workers[0].ssh = { jumpHost: 'x' } }), /^there is no such option; there are: host, port, listenPort, user, jump$/)
    assert.match(message((options) => { options.workers[0].storage.volume = [] }), /there are: path, disk, size, volumes$/)
    assert.match(message((options) => { options.tenants[0].limits = { storage: '1Gi' } }), /there are: cpu, memory, claim$/)
  })

  it('keeps the namespaces of annex, of the platform and of Kubernetes for them', () => {
    for (const name of ['annex-volumes', 'annex-proof-open', 'annex-mine', 'paas-system', 'paas-operators', 'kube-mine', 'default']) {
      assert.deepEqual(faultsAfter((options) => { options.tenants[1].name = name }).map(({ path }) => path), ['annex:tenants[1].name'])
      assert.deepEqual(faultsAfter((options) => { options.tenants[1].namespaces = [{ name }] }).map(({ path }) => path), ['annex:tenants[1].namespaces[0].name'])
    }
  })

  it('refuses an image whose tag can move', () => {
    for (const image of ['busybox', 'docker.io/library/busybox:latest', 'registry.example:5000/busybox']) {
      assert.deepEqual(faultsAfter((options) => { options.iamService.image = image }).map(({ path }) => path), ['annex:iamService.image'], image)
    }
    for (const image of ['busybox:1.37', 'registry.example:5000/a/b:1', `busybox@sha256:${'a'.repeat(64)}`]) {
      assert.deepEqual(faultsAfter((options) => { options.iamService.image = image }), [], image)
    }
  })

  it('refuses a dedicated node that is no worker, is another tenant\'s, or leaves a tenant without any', () => {
    const pathsAfter = (...nodes: string[][]) => faultsAfter((options) => { nodes.forEach((dedicatedNodes, i) => { options.tenants[i].dedicatedNodes = dedicatedNodes }) }).map(({ path }) => path)
    assert.deepEqual(pathsAfter(['nobody']), ['annex:tenants[0].dedicatedNodes[0]'])
    assert.deepEqual(pathsAfter(['vps-worker-1'], ['vps-worker-1']), ['annex:tenants[1].dedicatedNodes[0]'])
    assert.deepEqual(pathsAfter(['vps-worker-1']), ['annex:tenants[1].dedicatedNodes'])
    assert.deepEqual(faultsAfter((options) => { options.tenants[0].name = 'shared'; delete options.testApplication }).map(({ path }) => path), ['annex:tenants[0].name'])
  })

  it('refuses a test application whose image its tenant may not have', () => {
    const told = (image: string, ...registries: string[]) => faultsAfter((options) => {
      options.testApplication.image = image
      options.tenants[0].registries = registries.map((name) => ({ name }))
    }).map(({ path, seen, message }) => `${path} = ${seen} ${message}`)
    assert.deepEqual(told('registry.example.org/shop:1.0'), [])
    assert.deepEqual(told('registry.example.org/shop:1.0', 'docker.io/library', 'registry.example.org'), [])
    assert.deepEqual(told('busybox:1.35.0', 'docker.io/library'), [])
    assert.deepEqual(told('registry.example.org/shop:1.0', 'registry.example.org/sho', 'docker.io/library'), [
      'annex:testApplication.image = "registry.example.org/shop:1.0" is from none of the registries of paas-tenant-1 (registry.example.org/sho, docker.io/library), whose pods would be refused: use an image from there, or add its registry to the tenant',
    ])
  })

  it('refuses a test application whose claim would stay Pending', () => {
    const told = (storage: string | undefined, change: (options: Record<string, any>) => void = () => {}) => faultsAfter((options) => {
      options.testApplication.storage = storage
      change(options)
    }).map(({ path, seen, message }) => `${path} = ${seen} ${message}`)
    assert.deepEqual(told(undefined), [])
    assert.deepEqual(told('128Mi'), [])
    assert.deepEqual(told('129Mi'), ['annex:testApplication.storage = "129Mi" is more than any volume for paas-tenant-1 has (64Mi, 128Mi): lower it, or give one of its workers such a volume (storage.volumes)'])
    assert.deepEqual(told('128Mi', (options) => { options.tenants[0].quota = { storage: '100Mi' } }), ['annex:testApplication.storage = "128Mi" is more than quota.storage of paas-tenant-1 allows (100Mi): lower it, or raise that'])
    assert.deepEqual(told('128Mi', (options) => { options.tenants[0].limits = { claim: '64Mi' } }), ['annex:testApplication.storage = "128Mi" is more than limits.claim of paas-tenant-1 allows (64Mi): lower it, or raise that'])
    for (const [limits, quota] of [[{ cpu: '50m' }, {}], [{ memory: '16Mi' }, {}], [{}, { cpu: '99m' }], [{}, { memory: '31Mi' }]]) {
      assert.match(told(undefined, (options) => { Object.assign(options.tenants[0], { limits, quota }) }).join(), /^annex:testApplication\.tenant = "paas-tenant-1" has no room for the application's pod: (limits|quota)\.(cpu|memory) is /)
    }
    assert.match(told(undefined, (options) => { options.workers[0].storage = {} }).join(), /testApplication\.storage = \(not set\) .* \(there are none\)/)
    // Volumes of another tenant's nodes are not for it.
    const dedicated = told('128Mi', (options) => {
      options.workers.push({ ...options.workers[0], name: 'vps-worker-9', address: '198.51.100.99', tunnelAddress: '10.100.0.99', ssh: {}, storage: { volumes: [{ name: 'small', size: '64Mi' }] } })
      options.tenants[1].dedicatedNodes = ['vps-worker-1']
    })
    assert.match(dedicated.join(), /more than any volume for paas-tenant-1 has \(64Mi\)/)
  })

  it('refuses dedicated nodes that nothing keeps others out of', () => {
    for (const admission of [undefined, {}, { enforcement: 'audit' }]) {
      const [fault] = faultsAfter((options) => {
        options.admission = admission
        options.workers.push({ ...options.workers[0], name: 'vps-worker-9', address: '198.51.100.99', tunnelAddress: '10.100.0.99', ssh: {} })
        options.tenants[0].dedicatedNodes = ['vps-worker-9']
      })
      assert.equal(fault?.path, 'annex:tenants[0].dedicatedNodes[0]')
      assert.match(fault!.message, /annex:admission\.enforcement: deny/)
    }
  })

  it('refuses a system namespace that is a tenant, and a cluster without a scheduler', () => {
    const pathsAfter = (admission: object) => faultsAfter((options) => { options.admission = admission }).map(({ path }) => path)
    assert.deepEqual(pathsAfter({ systemNamespaces: ['kube-system', 'paas-tenant-1'] }), ['annex:admission.systemNamespaces[1]'])
    assert.deepEqual(pathsAfter({ enforcement: 'block', schedulers: [] }), ['annex:admission.enforcement', 'annex:admission.schedulers'])
  })

  it('says in plain words what is wrong, whichever option it is', () => {
    const wrong = [null, '', 0, -1, 1.5, true, [], [null], {}, { a: 1 }, 'x', '0.0.0.0/0', 'a'.repeat(300)]
    for (const path of pathsIn(annexOptions('Pulumi.dev.yaml'))) {
      for (const value of wrong) {
        const faults = faultsAfter((options) => {
          const parent = path.slice(0, -1).reduce((inner, key) => inner[key], options)
          parent[path.at(-1)!] = value
        })
        for (const { message } of faults) assert.doesNotMatch(message, /Too (small|big)|Invalid|expected|undefined|\[object/, `${path.join('.')} = ${JSON.stringify(value)}`)
      }
    }
  })

  it('never throws, whatever it is given', () => {
    for (const path of pathsIn(annexOptions('Pulumi.dev.yaml'))) {
      const faults = faultsAfter((options) => { path.slice(0, -1).reduce((inner, key) => inner[key], options)[path.at(-1)!] = { toString: 'none' } })
      assert.ok(faults.length > 0, path.join('.'))
    }
    fc.assert(fc.property(fc.anything(), (raw) => check(raw).faults.length > 0))
    fc.assert(fc.property(fc.constantFrom('cluster', 'tunnel', 'packages', 'workers', 'tenants', 'testApplication', 'registries', 'hostOptions', 'admission'), fc.anything(), (key, value) => {
      faultsAfter((options) => { options[key] = value })
    }))
  })
})

describe('the name of a stack', () => {
  it('must be one that a label can have', () => {
    for (const name of ['dev', 'p', 'prod.eu_1-a', 'a'.repeat(63)]) assert.deepEqual(stackNameFaults(name), [], name)
    for (const name of ['prod_', '-prod', '.', 'a'.repeat(64)]) assert.match(stackNameFaults(name)[0]!.message, /at most 63 characters/, name)
  })
})

describe('ranges', () => {
  const addresses = fc.tuple(fc.nat(255), fc.nat(255)).map(([a, b]) => `10.0.${a}.${b}`)
  const ranges = fc.tuple(fc.nat(255), fc.integer({ min: 8, max: 24 })).map(([a, bits]) => (bits === 24 ? `10.0.${a}.0/24` : `10.0.0.0/${Math.min(bits, 16)}`))

  it('overlap exactly where they share an address', () => {
    fc.assert(fc.property(ranges, ranges, addresses, (a, b, address) => {
      assert.equal(overlap(a, b), overlap(b, a))
      if (contains(a, address) && contains(b, address)) assert.ok(overlap(a, b))
    }))
    assert.equal(overlap('10.0.0.0/24', '10.0.1.0/24'), false)
  })

  it('end in an address for all hosts, but for a link of two and a single address', () => {
    assert.equal(isBroadcast('10.0.0.0/30', '10.0.0.3'), true)
    assert.equal(isBroadcast('10.0.0.0/30', '10.0.0.2'), false)
    assert.equal(isBroadcast('10.0.0.0/31', '10.0.0.1'), false)
    assert.equal(isBroadcast('10.0.0.1/32', '10.0.0.1'), false)
  })
})
