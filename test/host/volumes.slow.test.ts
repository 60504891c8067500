/** What happens to a volume after its claim, on a real node with a real kubelet, scheduler and binder. */
import assert from 'node:assert/strict'
import { storageClassName, volumeName } from '../../components/local-storage/render.ts'
import { rebootHost } from '../../lab/host.ts'
import { until } from '../../lab/processes.ts'
import { type Joining, kubectl, leadStraight } from './joining.ts'
import { host, shell } from './lab-host.ts'
import { apply, foreign, leave, occurrences, phase, podWith, pool, said, secondsUntil, startVolumes, stopVolumes, use, volumes } from './volumes.ts'

const marker = 'MARKER-OF-TENANT-A'

describe(`the volumes of ${host}`, function () {
  this.timeout(240_000)
  let joining: Joining
  let asHost: Awaited<ReturnType<typeof steal>>
  const own = volumeName(host, 'vol-2')

  before(async function () {
    this.timeout(30 * 60_000)
    joining = await startVolumes()
  })

  after(() => stopVolumes(joining))

  it('are wiped and offered again within 60 s after their claim, without anybody; the next tenant and the raw file have nothing of the last', async () => {
    await use('tenant-a', 'a', '32Mi', `for i in $(seq 500); do echo ${marker}; done >/data/file; sync; echo written`)
    assert.equal(await said('tenant-a', 'a'), 'written')
    assert.ok(await occurrences('vol-1', marker) >= 500)
    await leave('tenant-a', 'a')
    await secondsUntil('vol-1', 'Released', 30)
    const seconds = await secondsUntil('vol-1', 'Available')
    assert.equal(await occurrences('vol-1', marker), 0)
    assert.ok(seconds < 60, `${seconds} s`)
    await use('tenant-b', 'b', '32Mi', 'find /data -mindepth 1; dd if=/dev/zero of=/data/all bs=1M 2>/dev/null; sync; wc -c </data/all')
    const size = Number(await said('tenant-b', 'b'))
    assert.equal(await kubectl('get', 'persistentvolumeclaim', 'b', '-n', 'tenant-b', '-o', 'jsonpath={.spec.volumeName}'), volumeName(host, 'vol-1'))
    assert.ok(size > 20 << 20 && size < 32 << 20, `${size} bytes`)
    await leave('tenant-b', 'b')
    await secondsUntil('vol-1', 'Available')
  })

  it('give a thief of the host’s credential nothing to read but the volumes of that node', async () => {
    asHost = await steal()
    assert.ok((await asHost('get', 'persistentvolume', own)).ok)
    for (const args of [['persistentvolume', foreign.metadata.name], ['persistentvolumes'], ['secrets', '-A'], ['pods', '-A'], ['nodes'], ['persistentvolumeclaims', '-A'], ['serviceaccounts', '-n', 'annex-volumes']]) {
      const { ok, out } = await asHost('get', ...args)
      assert.ok(!ok && /Forbidden/.test(out), `${args.join(' ')}: ${out}`)
    }
  })

  it('let nothing be made, deleted or given a token with it', async () => {
    for (const verb of ['create', 'delete', 'update', 'deletecollection']) for (const kind of ['persistentvolumes', 'pods', 'serviceaccounts/token', 'secrets']) {
      assert.equal((await asHost('auth', 'can-i', verb, kind, '-A')).out.trim().split('\n').at(-1) === 'yes', false, `${verb} ${kind}`)
    }
  })

  it('are not changed with it: not their labels, not their size, and no claim is taken off one that is in use', async () => {
    await use('tenant-a', 'busy', '48Mi', 'sleep 600')
    await secondsUntil('vol-2', 'Bound')
    const patches: [string, object, RegExp][] = [
      [own, [{ op: 'remove', path: '/spec/claimRef' }], /a host may take the claim off a volume that is Released/],
      [own, [{ op: 'add', path: '/metadata/labels/kubernetes.io~1hostname', value: 'vps-worker-9' }], /Released|its claim/],
      [own, [{ op: 'replace', path: '/spec/capacity/storage', value: '1Ti' }], /Released|its claim/],
      [foreign.metadata.name, [{ op: 'remove', path: '/spec/claimRef' }], /cannot (get|patch)/],
    ]
    for (const [name, patch, why] of patches) {
      const { ok, out } = await asHost('patch', 'persistentvolume', name, '--type', 'json', '-p', JSON.stringify(patch))
      assert.ok(!ok && why.test(out), `${JSON.stringify(patch)}: ${out}`)
    }
  })

  it('lose nothing but the claim with it once they are released', async () => {
    await use('tenant-b', 'kept', '64Mi', `echo ${marker} >/data/file; sync`)
    await said('tenant-b', 'kept')
    await leave('tenant-b', 'kept')
    await secondsUntil('kept', 'Released', 30)
    const patch = [{ op: 'remove', path: '/spec/claimRef' }]
    for (const more of [{ op: 'replace', path: '/spec/capacity/storage', value: '1Ti' }, { op: 'add', path: '/metadata/annotations/x', value: 'y' }, { op: 'replace', path: '/spec/persistentVolumeReclaimPolicy', value: 'Delete' }, { op: 'remove', path: '/metadata/labels/kubernetes.io~1hostname' }]) {
      const { ok, out } = await asHost('patch', 'persistentvolume', volumeName(host, 'kept'), '--type', 'json', '-p', JSON.stringify([...patch, more]))
      assert.ok(!ok && /annex-volumes' with binding/.test(out), `${JSON.stringify(more)}: ${out}`)
    }
  })

  it('keep their data where that is declared, until somebody releases them by hand', async () => {
    assert.equal(await phase('kept'), 'Released')
    assert.equal(await occurrences('kept', marker), 1)
    // A wipe that could not begin is none for the next boot either.
    await shell("systemd-run --quiet --unit annex-test-hold sh -c 'cd /mnt/annex/kept/data && exec sleep 600'")
    await until('it is held', 10, async () => (await shell('readlink /proc/[0-9]*/cwd 2>/dev/null || true')).includes('/mnt/annex/kept/data'))
    await assert.rejects(shell('annex-volume release kept 2>&1'), /kept is not wiped: \/mnt\/annex\/kept is in use/)
    assert.equal(await shell(`ls ${pool} | grep wiping || true`), '')
    await shell('systemctl stop annex-test-hold; annex-volume recover')
    assert.equal(await occurrences('kept', marker), 1)
    assert.match(await shell('annex-volume release kept'), /kept: wiped and offered again/)
    assert.equal(await phase('kept'), 'Available')
    assert.equal(await occurrences('kept', marker), 0)
    await assert.rejects(shell('annex-volume release kept'), /kept is Available: only a volume that its claim has left can be released/)
  })

  it('are left alone while something still has them mounted, though their claim was forced away', async () => {
    await shell('mkdir /run/held; mount --bind /mnt/annex/vol-2 /run/held')
    await leave('tenant-a', 'busy', '--force', '--grace-period=0')
    await secondsUntil('vol-2', 'Released')
    await until('the host has said why', 40, async () => /vol-2 is not wiped: it is still mounted at .*\/run\/held/.test(await shell('journalctl --no-pager -u annex-volume.service -o cat')))
    assert.equal(await phase('vol-2'), 'Released')
    await shell('umount /run/held; rmdir /run/held')
    await secondsUntil('vol-2', 'Available')
  })

  it('refuse to grow by a claim, and say so', async () => {
    await use('tenant-a', 'grow', '32Mi', 'true')
    await said('tenant-a', 'grow')
    await assert.rejects(kubectl('patch', 'persistentvolumeclaim', 'grow', '-n', 'tenant-a', '-p', '{"spec":{"resources":{"requests":{"storage":"33Mi"}}}}'), new RegExp(`only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize`))
    assert.equal(await kubectl('get', 'storageclass', storageClassName, '-o', 'jsonpath={.allowVolumeExpansion}'), 'false')
    await leave('tenant-a', 'grow')
  })

  it('give each owner "no space left" when all are full at once, and nothing of the root disk', async () => {
    for (const { name } of volumes) await secondsUntil(name, 'Available')
    const free = async () => Number(await shell(`df --output=avail -B 1 ${pool} | tail -n 1`))
    const before = await free()
    for (const { name, size } of volumes) await use('tenant-a', `full-${name}`, size, 'dd if=/dev/zero of=/data/all bs=1M; sync; sleep 1; head -c 1000 /data/all | wc -c')
    for (const { name } of volumes) assert.match(await said('tenant-a', `full-${name}`), /No space left on device[^]*\n1000$/)
    assert.ok(Math.abs(before - await free()) < 8 << 20, `${before} bytes were free, now ${await free()}`)
    assert.equal((await shell(`cd ${pool}; stat -c '%n %s' *.img`)).trim(), ['kept.img 67108864', 'vol-1.img 33554432', 'vol-2.img 50331648'].join('\n'))
    for (const { name } of volumes) await leave('tenant-a', `full-${name}`)
    await shell('until annex-volume release kept 2>/dev/null; do sleep 1; done')
  })

  it('are backed up to a file, and restored from it', async () => {
    await secondsUntil('vol-1', 'Available')
    await use('tenant-a', 'data', '32Mi', `mkdir -p /data/d; echo ${marker} >/data/d/file; ln -s d/file /data/link; chmod 600 /data/d/file; sync`)
    await said('tenant-a', 'data')
    await kubectl('delete', 'pod', 'data', '-n', 'tenant-a')
    await shell('annex-volume backup vol-1 >/var/tmp/backup.tar.gz; rm -rf /mnt/annex/vol-1/data/*; echo other >/mnt/annex/vol-1/data/newer')
    await assert.rejects(shell('head -c 100 /var/tmp/backup.tar.gz | annex-volume restore vol-1'), /the backup was not read to its end/)
    await apply(podWith('tenant-a', 'data', 'true'))
    await until('the pod is told that there is no data', 60, async () => /path "\/mnt\/annex\/vol-1\/data" does not exist/.test(await kubectl('get', 'events', '-n', 'tenant-a', '--field-selector', 'involvedObject.name=data,reason=FailedMount', '-o', 'jsonpath={.items[*].message}')))
    await kubectl('delete', 'pod', 'data', '-n', 'tenant-a')
    await shell('annex-volume restore vol-1 </var/tmp/backup.tar.gz; rm /var/tmp/backup.tar.gz')
    assert.equal((await shell('stat -c %a /mnt/annex/vol-1/data/d/file')).trim(), '600')
    await apply(podWith('tenant-a', 'data', 'cat /data/link; ls /data; id -u'))
    assert.equal(await said('tenant-a', 'data'), `${marker}\nd\nlink\n1000`)
    await kubectl('delete', 'pod', 'data', '-n', 'tenant-a')
  })

  it('are mounted again after a reboot before the kubelet starts the pods that use them', async () => {
    const again = podWith('tenant-a', 'data', 'echo again >>/data/boots; sleep 600')
    await apply({ ...again, spec: { ...again.spec, restartPolicy: 'Always' } })
    const boots = () => shell('cat /mnt/annex/vol-1/data/boots 2>/dev/null || true')
    await until('the pod has started', 60, async () => await boots() === 'again')
    await rebootHost(host)
    await leadStraight()
    await until('the pod has started again', 120, async () => await boots() === 'again\nagain')
    const monotonic = async (unit: string, property: string) => Number(await shell(`systemctl show --value --property=${property} '${unit}'`))
    const kubelet = await monotonic('kubelet.service', 'ExecMainStartTimestampMonotonic')
    for (const { name } of volumes) {
      const mounted = await monotonic((await shell(`systemd-escape --path --suffix=mount /mnt/annex/${name}`)).trim(), 'ActiveEnterTimestampMonotonic')
      assert.ok(mounted > 0 && mounted < kubelet, `${name} was mounted at ${mounted} µs, the kubelet started at ${kubelet} µs`)
    }
    await kubectl('delete', 'pod', 'data', '-n', 'tenant-a')
  })

  it('stop the pods of a volume whose disk is missing, with the reason, and nobody else’s', async () => {
    await shell(`systemctl stop 'mnt-annex-vol\\x2d1.mount'; mv ${pool}/vol-1.img ${pool}/away`)
    await apply(podWith('tenant-a', 'data', 'echo >/data/written'))
    await until('the pod is told', 60, async () => /path "\/mnt\/annex\/vol-1\/data" does not exist/.test(await kubectl('get', 'events', '-n', 'tenant-a', '--field-selector', 'involvedObject.name=data,reason=FailedMount', '-o', 'jsonpath={.items[*].message}')))
    assert.equal(await shell('ls /mnt/annex/vol-1'), '')
    await use('tenant-b', 'other', '48Mi', 'echo runs')
    assert.equal(await said('tenant-b', 'other'), 'runs')
    await shell(`mv ${pool}/away ${pool}/vol-1.img; systemctl start 'mnt-annex-vol\\x2d1.mount'`)
    await said('tenant-a', 'data')
  })
})

/** kubectl with the token that the kubelet keeps for the host's script. */
async function steal() {
  const token = (await shell('cat /var/lib/kubelet/pods/*/volumes/kubernetes.io~projected/annex-volumes/token')).trim()
  const server = ['--server', (await kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}')), '--insecure-skip-tls-verify']
  return (...args: string[]) => kubectl('--token', token, '--kubeconfig', '/dev/null', ...server, ...args).then((out) => ({ ok: true, out }), (error: { stderr?: string }) => ({ ok: false, out: String(error.stderr) }))
}
