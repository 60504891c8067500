import assert from 'node:assert/strict'
import fc from 'fast-check'
import { check, describe as asText } from '../../config/check.ts'
import { contains, overlap } from '../../config/ranges.ts'
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
    const faults = faultsAfter((options) => { options.workers[0].address = '10.10.0.77' })
    assert.deepEqual(faults.map(({ path }) => path), ['annex:workers[0].address'])
  })

  it('refuses volumes that take more than their pool together, that have one name, or are too small for a file system', () => {
    const storage = { size: '1Gi', volumes: [{ name: 'a', size: '768Mi' }, { name: 'b', size: '512Mi' }] }
    const faults = faultsAfter((options) => { options.workers[0].storage = storage })
    assert.deepEqual(faults.map(({ path, seen, message }) => `${path} = ${seen}: ${message}`), ['annex:workers[0].storage.size = "1Gi": its volumes take 1280Mi together (a 768Mi, b 512Mi): make it larger, or the volumes smaller or fewer'])
    assert.deepEqual(faultsAfter((options) => { options.workers[0].storage = { ...storage, size: '1280Mi' } }), [])
    const others = faultsAfter((options) => { options.workers[0].storage = { volumes: [{ name: 'a', size: '8Mi' }, { name: 'a', size: '1Gi', reclaim: 'delete' }], disk: 'sdb' } })
    assert.deepEqual(others.map(({ path }) => path).sort(), ['annex:workers[0].storage.disk', 'annex:workers[0].storage.volumes[0].size', 'annex:workers[0].storage.volumes[1].name', 'annex:workers[0].storage.volumes[1].reclaim'])
  })

  it('refuses a tunnel address outside the range, taken twice, or a name taken twice', () => {
    const faults = faultsAfter((options) => {
      options.workers.push({ ...options.workers[0], tunnelAddress: '10.100.0.1' })
      options.workers[0].tunnelAddress = '10.101.0.1'
    })
    assert.deepEqual(faults.map(({ path }) => path).sort(), ['annex:workers[0].tunnelAddress', 'annex:workers[1].name', 'annex:workers[1].tunnelAddress'])
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
    fc.assert(fc.property(fc.anything(), (raw) => check(raw).faults.length > 0))
    fc.assert(fc.property(fc.constantFrom('cluster', 'tunnel', 'workers', 'tenants', 'testApplication', 'registries', 'hostOptions', 'admission'), fc.anything(), (key, value) => {
      faultsAfter((options) => { options[key] = value })
    }))
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
})
