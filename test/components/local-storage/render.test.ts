import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { capacityOf, quantity } from '../../../components/local-storage/capacity.ts'
import { findClasses, storageClassValues } from '../../../components/local-storage/chart-values.ts'
import { renderPersistentVolume, renderVolumes } from '../../../components/local-storage/render.ts'
import { parseDocument } from '../../../host/document.ts'
import { ruleFor, waitsForDeletion } from '../../../lab/pulumi/kubernetes/await/rules.ts'

const defaultsOf = (chart: string) => parse(readFileSync(new URL(`../tenant-placement/fixtures/${chart}.values.yaml`, import.meta.url), 'utf8'), { logLevel: 'error' })

describe('the storage class for charts', () => {
  it('goes where the guide sets it', () => {
    assert.deepEqual(storageClassValues(['pgIam.persistent.storageClassName', 'storageClass.default']), { pgIam: { persistent: { storageClassName: 'local-storage-vps' } }, storageClass: { default: 'local-storage-vps' } })
  })

  it('is found in the default values of real charts, wherever they take one', () => {
    assert.deepEqual(findClasses(defaultsOf('nocodb')).slice(0, 2), ['global.storageClass', 'persistence.storageClass'])
    assert.deepEqual(findClasses(defaultsOf('n8n')), ['main.persistence.storageClass', 'worker.persistence.storageClass'])
    assert.deepEqual(findClasses(defaultsOf('cyclops')), [])
  })

  it('overrides nothing else, and no list', () => {
    assert.deepEqual(findClasses({ storageClass: { default: 'a', enabled: true }, list: [{ storageClass: '' }], storageClassName: 3, 'a.b': { storageClass: '' } }), ['storageClass.default'])
  })
})

describe('volumes as plain data', () => {
  it('are changed without waiting for their phase: one that is kept after its claim may stay Released for weeks. Their deletion is waited for', () => {
    const volume = { apiVersion: 'v1', kind: 'PersistentVolume', ...renderPersistentVolume('dev', 'node', { name: 'v', size: '1Gi', reclaim: 'retain' }) }
    assert.equal(ruleFor(volume), undefined)
    assert.equal(waitsForDeletion(volume), true)
  })

  it('say how much of the pool is taken, in the largest whole unit', () => {
    const volume = (name: string, size: string) => ({ name, size, reclaim: 'wipe' as const })
    assert.deepEqual(capacityOf({ path: '/p', size: '4Gi' }, [volume('a', '1Gi'), volume('b', '1024Mi')]), { pool: '4Gi', allocated: '2Gi', volumes: { a: '1Gi', b: '1024Mi' } })
    assert.deepEqual([0, 2 ** 20, 2 ** 30 + 2 ** 20, 2 ** 41].map(quantity), ['0Mi', '1Mi', '1025Mi', '2Ti'])
  })

  it('on a whole disk are a document that the host engine takes, with units in an order that systemd reads', () => {
    const document = parseDocument(renderVolumes('vps', { path: '/srv/volumes', disk: '/dev/disk/by-id/x', size: '2Gi' }, [{ name: 'vol-1', size: '1Gi', reclaim: 'retain' }]))
    assert.deepEqual(document.items.slice(0, 2), [
      { kind: 'packages', install: [{ name: 'e2fsprogs' }] },
      { kind: 'pool', path: '/srv/volumes', size: 2 ** 31, device: '/dev/disk/by-id/x' },
    ])
    const unit = document.items.find((it) => it.kind === 'unit')
    assert.match(unit!.content!, /^Before=shutdown\.target mnt-annex-vol\\x2d1\.mount$/m)
    assert.match(unit!.content!, /^WantedBy=multi-user\.target srv-volumes\.mount$/m)
    const config = document.items.find((it) => it.kind === 'file' && it.path === '/etc/annex/volumes')
    assert.equal((config as { content: string }).content, 'node\tvps\nvolume\tvol-1\tretain\t/srv/volumes/vol-1.img\t/mnt/annex/vol-1\n')
  })
})
