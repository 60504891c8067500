/** Every kind of item on a real host: changed once, unchanged after, mended when somebody changes it, and gone without a trace. */
import assert from 'node:assert/strict'
import { type HostName, hosts } from '../../lab/topology.ts'
import { parseFailure } from '../../host/look.ts'
import { packetFilter } from '../packet-filter.ts'
import { cases, itemsOf } from './documents.ts'
import { bareHost, converge, differences, drift, failure, host, type Items, remove, run, same, shell, snapshot } from './lab-host.ts'

const section = 'test'

describe(`the host engine on ${host}`, function () {
  this.timeout(120_000)
  let found: string[]

  before(async function () {
    this.timeout(30 * 60_000)
    found = await bareHost()
  })

  afterEach(async () => {
    for (const it of [section, 'other']) await remove(it)
    same(found, await snapshot())
  })

  after(() => shell('! ls -d /var/lib/annex /run/annex 2>/dev/null'))

  for (const { kind, items, changed, byHand } of cases) {
    it(`${kind}: a first run changes it, a second finds nothing to do; changes by hand and of the document are followed`, async () => {
      assert.notDeepEqual(await differences(section, items), [])
      const first = await converge(section, items)
      assert.ok(first.changed.some((change) => change.kind === kind), JSON.stringify(first))
      const second = await converge(section, items)
      assert.deepEqual(second.changed, [])
      assert.equal(second.unchanged.length, items.length)
      assert.deepEqual(await differences(section, items), [])
      if (byHand !== undefined) {
        await shell(byHand[0])
        assert.match((await differences(section, items)).join('\n'), byHand[1])
        assert.match((await drift(section)).differences.join('\n'), byHand[1])
        await converge(section, items)
        assert.deepEqual(await differences(section, items), [])
      }
      if (changed !== undefined) {
        await converge(section, changed)
        assert.deepEqual(await differences(section, changed), [])
        assert.deepEqual((await converge(section, changed)).changed, [])
      }
    })
  }

  it('remembers what it left the host as, and counts the runs that brought it back', async () => {
    const items = itemsOf('sysctl')
    await converge(section, items)
    assert.deepEqual(await drift(section), { generation: 0, differences: [] })
    await run('converge', { section, items, generation: 3 } as object)
    assert.deepEqual(await drift(section), { generation: 3, differences: [] })
  })

  it('belongs to the last resource that asked for it, and to no other stack', async () => {
    const items = itemsOf('sysctl')
    const asked = (command: 'converge' | 'remove', owner: string) => run(command, { section, ...(command === 'converge' && { items }), owner } as object)
    assert.equal((await asked('converge', 'annex/dev tunnel-gateway')).code, 0)
    assert.equal((await asked('converge', 'annex/dev tunnel-gw')).code, 0)
    const stays = await asked('remove', 'annex/dev tunnel-gateway')
    assert.match(stays.stderr, /stays: it is tunnel-gw's now/)
    assert.deepEqual(await differences(section, items), [])
    const refused = parseFailure((await asked('converge', 'annex/prod tunnel-gateway')).stderr)
    assert.match(refused!.error, /belongs to the stack annex\/dev, not to annex\/prod/)
    assert.equal((await asked('remove', 'annex/dev tunnel-gw')).code, 0)
    assert.notDeepEqual(await differences(section, items), [])
  })

  it('sysctl: leaves a number alone that is higher than the least', async () => {
    const items: Items = [{ kind: 'sysctl', key: 'net.core.somaxconn', value: '5000', atLeast: true }]
    const live = '/proc/sys/net/core/somaxconn'
    const before = await shell(`cat ${live}`)
    try {
      await shell(`echo 9000 >${live}`)
      assert.deepEqual((await converge(section, items)).changed, [])
      await shell(`echo 100 >${live}`)
      assert.deepEqual(await differences(section, items), ['sysctl net.core.somaxconn: is 100, not 5000', 'sysctl net.core.somaxconn: not set at boot'])
      await converge(section, items)
      assert.equal(await shell(`cat ${live}`), '5000')
      await remove(section)
      assert.equal(await shell(`cat ${live}`), '9000')
      // Whoever raises it meanwhile keeps it.
      await shell(`echo 100 >${live}`)
      await converge(section, items)
      await shell(`echo 12000 >${live}`)
      assert.deepEqual((await converge(section, items)).changed, [])
      await remove(section)
      assert.equal(await shell(`cat ${live}; ls /etc/sysctl.d | grep annex || true`), '12000')
    } finally {
      await shell(`echo ${before} >${live}`)
    }
  })

  it('file: a service that worked, and ends with what is new in it, is an error, until it is put right', async () => {
    const script = (text: string): Items => [
      { kind: 'unit', name: 'annex-test.service', content: '[Service]\nExecStart=/bin/sh /etc/annex-test/run.sh\nRestart=always\nRestartSec=10\n', enabled: false, running: true },
      { kind: 'file', path: '/etc/annex-test/run.sh', mode: '644', content: text, restart: ['annex-test.service'] },
    ]
    await shell('mkdir -p /etc/annex-test; echo sleep infinity >/etc/annex-test/run.sh')
    try {
      await converge(section, script('sleep infinity\n'))
      // Nor is it well because it is tried again.
      for (const steady of ['0', '60']) {
        const told = await failure(section, script('echo no such flag; exit 1\n'), { ANNEX_STEADY_SECONDS: steady })
        assert.match(told.error, /annex-test\.service worked, and does not stay up with what is new \(activating\)/)
      }
      await converge(section, script('sleep infinity\n'))
      assert.equal(await shell('systemctl is-active annex-test.service'), 'active')
    } finally {
      await remove(section)
      await shell('rm -r /etc/annex-test')
    }
  })

  it('firewall: is loaded again with the tables of others, which are flushed before', async () => {
    await converge(section, itemsOf('firewall'))
    for (const command of ['start', 'restart', 'reload', 'stop']) {
      await shell(`systemctl ${command} nftables`)
      assert.match(await shell('nft list table inet annex-test'), /dport 22/, command)
    }
    await shell('mv /etc/nftables.conf /var/kept; echo nonsense >/etc/nftables.conf')
    try {
      await assert.rejects(shell('systemctl start nftables'))
      assert.match(await shell('nft list table inet annex-test'), /dport 22/)
    } finally {
      await shell('mv /var/kept /etc/nftables.conf; systemctl reset-failed nftables')
    }
  })

  it('volume: grows under whoever uses it, and never shrinks', async () => {
    const sized = (mebibytes: number): Items => itemsOf('volume').map((item) => ({ ...item, size: mebibytes << 20 }) as Items[number])
    await converge(section, sized(32))
    assert.match((await snapshot()).join('\n'), /^loop .*\/v1\.img/m, 'a loop device that is left behind would not be seen')
    await shell('echo kept >/var/lib/annex-test/v1/data/file')
    const free = async () => Number(await shell('df --output=size -B 1 /var/lib/annex-test/v1 | tail -n 1'))
    const before = await free()
    await converge(section, sized(64))
    assert.ok(await free() > before + (28 << 20))
    assert.equal(await shell('cat /var/lib/annex-test/v1/data/file'), 'kept')
    const told = await failure(section, sized(32))
    assert.match(told.error, /it is 67108864 bytes, and a volume cannot be made smaller \(33554432\)/)
  })

  it('volume: refuses what its pool, or its disk, has no room for, and allocates none of it', async () => {
    const [pool, volume] = itemsOf('pool')
    const further = { ...volume, name: 'v2', path: '/var/lib/annex-test/v2', image: '/var/lib/annex-test-images/v2.img' } as Items[number]
    assert.match((await failure(section, [pool!, volume!, further])).error, /the 2 volumes in \/var\/lib\/annex-test-images take 67108864 bytes together, and the pool is 33554432/)
    const huge = { ...volume, size: 2 ** 50 } as Items[number]
    assert.match((await failure('other', [{ ...pool, size: undefined } as Items[number], huge])).error, /it needs 1125899906842624 more bytes .* are free/)
    assert.equal((await shell('ls /var/lib/annex-test-images')).trim(), '')
  })

  it('volume: one whose file is gone is not begun anew, nor is its folder made while a backup is read into it', async () => {
    const [volume] = itemsOf('volume') as Extract<Items[number], { kind: 'volume' }>[]
    await converge(section, itemsOf('volume'))
    await shell(`mkdir ${volume!.path}/restoring; rmdir ${volume!.path}/data`)
    assert.deepEqual((await converge(section, itemsOf('volume'))).changed, [])
    assert.equal(await shell(`ls ${volume!.path} | grep data || true`), '')
    await shell(`rmdir ${volume!.path}/restoring; umount ${volume!.path}; mv ${volume!.image} /var/away`)
    const told = await failure(section, itemsOf('volume'))
    assert.match(told.error, /its file .*v1\.img is not there/)
    await shell(`mv /var/away ${volume!.image}`)
    await converge(section, itemsOf('volume'))
  })

  it('pool: takes a whole disk that is empty, follows when it is made larger, and leaves it empty', async () => {
    const disk = '/dev/annex-test-disk'
    const attach = (mebibytes: number) => shell(`truncate -s ${mebibytes}M /var/disk.img; ln -sfn "$(losetup -f --show /var/disk.img)" ${disk}`)
    const items: Items = [{ kind: 'pool', path: '/var/lib/annex-test-pool', device: disk }, { kind: 'volume', name: 'v1', path: '/var/lib/annex-test/v1', image: '/var/lib/annex-test-pool/v1.img', size: 32 << 20 }]
    await attach(128)
    try {
      await shell(`mkfs.ext4 -q ${disk}`)
      assert.match((await failure(section, items)).error, /the disk \/dev\/annex-test-disk is not empty \(.*ext4/)
      await shell(`wipefs --all --quiet ${disk}`)
      await converge(section, items)
      assert.deepEqual((await converge(section, items)).changed, [])
      await shell('echo kept >/var/lib/annex-test/v1/data/file; truncate -s 256M /var/disk.img; losetup --set-capacity "$(readlink /dev/annex-test-disk)"')
      assert.match((await differences(section, items)).join(), /pool \/var\/lib\/annex-test-pool: its file system has 134217728 of 268435456 bytes/)
      // Not every kernel lets a file system grow while it is in use; where it does not, the engine says what to stop.
      await shell('umount /var/lib/annex-test/v1')
      await converge(section, items)
      assert.deepEqual(await differences(section, items), [])
      assert.equal(await shell('cat /var/lib/annex-test/v1/data/file'), 'kept')
      // The same disk under another name is the same pool; another one under its name is not.
      await shell(`ln -sfn "$(readlink ${disk})" /dev/annex-test-other`)
      await converge(section, items.map((item) => (item.kind === 'pool' ? { ...item, device: '/dev/annex-test-other' } : item)))
      await converge(section, items)
      const uuid = (await shell(`blkid --probe --match-tag UUID --output value ${disk}`)).trim()
      await shell(`umount /var/lib/annex-test/v1; umount /var/lib/annex-test-pool; tune2fs -U random ${disk} >/dev/null`)
      assert.match((await failure(section, items)).error, /annex-test-disk is not the disk with the volumes any more/)
      await shell(`tune2fs -U ${uuid} ${disk} >/dev/null`)
      await remove(section)
      assert.equal(await shell(`blkid --probe ${disk} || true`), '')
    } finally {
      await shell(`losetup --detach "$(readlink ${disk})"; rm -f ${disk} /dev/annex-test-other /var/disk.img`)
    }
  })

  it('interface: other peers, ranges and another MTU cost the tunnel no packet', async () => {
    const keyOf = async (on: HostName) => (await converge(section, itemsOf('key'), on)).outputs['publicKey']!
    try {
      const [here, there] = [await keyOf(host), await keyOf('gateway')]
      const tunnel = (address: string, peer: object, change: object = {}): Items => [...itemsOf('key'), { kind: 'interface', name: 'wg7', address, mtu: 1420, peers: [peer as never], ...change }]
      const gateway = { name: 'gateway', publicKey: there, endpoint: `${hosts.gateway.address}:51999`, allowedIps: ['10.101.0.1/32'], keepalive: 25 }
      await converge(section, tunnel('10.101.0.1/24', { name: 'vps', publicKey: here, allowedIps: ['10.101.0.2/32'] }, { listenPort: 51999 }), 'gateway')
      await converge(section, tunnel('10.101.0.2/32', gateway))
      await shell('ping -q -c 1 -w 10 10.101.0.1')
      const pinging = shell('ping -q -i 0.02 -c 250 10.101.0.1')
      const other = { name: 'other', publicKey: 'AAIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', allowedIps: ['10.102.0.0/16'] }
      const changed = { mtu: 1380, peers: [{ ...gateway, allowedIps: ['10.101.0.1/32', '10.103.0.0/16'], keepalive: 20 }, other] }
      assert.equal((await converge(section, tunnel('10.101.0.2/32', gateway, changed))).changed.length, 1)
      assert.equal((await converge(section, tunnel('10.101.0.2/32', gateway))).changed.length, 1)
      assert.match(await pinging, /250 packets transmitted, 250 received/)
    } finally {
      await remove(section, 'gateway')
    }
  })

  it('leaves what a second section wants as well, until that is removed', async () => {
    const items: Items = [{ kind: 'sysctl', key: 'net.ipv4.conf.all.log_martians', value: '1' }, { kind: 'packages', install: [{ name: 'nftables' }] }]
    await converge(section, items)
    await converge('other', items)
    await remove(section)
    assert.deepEqual(await differences('other', items), [])
    await remove('other')
    assert.equal((await shell('cat /proc/sys/net/ipv4/conf/all/log_martians; dpkg-query -W nftables 2>/dev/null || echo gone')).trim(), '0\ngone')
  })

  it('leaves a package that somebody installed on top of one of annex\'s', async () => {
    await converge(section, [{ kind: 'packages', install: [{ name: 'libjansson4' }] }])
    await shell('apt-get -qq -y --no-install-recommends install nftables >/dev/null 2>&1')
    await remove(section)
    assert.match(await shell('dpkg-query -W nftables'), /^nftables/)
    await shell('apt-get -qq -y purge nftables libjansson4 libnftables1 libnftnl11 >/dev/null')
  })

  it('keeps a foreign file, rule and sysctl that were there before', async () => {
    await shell('echo theirs >/etc/foreign; echo 1 >/proc/sys/net/ipv4/conf/lo/log_martians')
    await packetFilter(host, 'add table inet foreign')
    const planted = await snapshot()
    await converge(section, [...itemsOf('firewall'), ...itemsOf('file')])
    await remove(section)
    same(planted, await snapshot())
    await shell('rm /etc/foreign; echo 0 >/proc/sys/net/ipv4/conf/lo/log_martians')
    await packetFilter(host, 'delete table inet foreign')
  })

  it('refuses to overwrite what is not annex\'s, and says what to do', async () => {
    await shell('ip link add wg7 type veth peer name wg7-peer')
    const told = await failure(section, itemsOf('interface'))
    await shell('ip link del wg7')
    assert.match(told.error, /there is an interface .* already, and it is not annex's/)
    assert.match(told.fix, /choose another name/)
  })

  it('peer: a range that another section\'s peer has is refused, since WireGuard would take it from that one', async () => {
    const [own, other] = itemsOf('peer').filter((item) => item.kind === 'peer')
    await converge(section, itemsOf('peer'))
    const told = await failure('other', [{ ...other!, name: 'vps-worker-7', allowedIps: own!.allowedIps }])
    assert.match(told.error, /another peer has 10\.100\.0\.19\/32 10\.99\.0\.0\/16 already \(.*vps-worker-9\.conf\)/)
    assert.deepEqual(await differences(section, itemsOf('peer')), [])
  })

  it('converges two sections side by side, but takes nothing away while somebody else works', async () => {
    const [slow, quick] = [converge(section, itemsOf('packages')), converge('other', itemsOf('sysctl'))]
    assert.equal(await Promise.race([slow.then(() => 'slow'), quick.then(() => 'quick')]), 'quick')
    const removal = remove('other')
    assert.equal(await Promise.race([slow.then(() => 'slow'), removal.then(() => 'removal')]), 'slow')
    await removal
  })

  it('keeps its books where three sections write many entries at the same time, in a folder that all of them use', async () => {
    const names = [section, 'other', 'third']
    const files = (name: string): Items => Array.from({ length: 25 }, (_, i) => ({ kind: 'file', path: `/etc/shared/${name}-${i}`, mode: '644', content: 'x' }))
    await Promise.all(names.map((name) => converge(name, files(name))))
    for (const name of names) assert.deepEqual(await drift(name), { generation: 0, differences: [] })
    await remove('third')
  })

  it('runs a section one at a time: a second run waits, and names the holder when it has waited long enough', async () => {
    const holder = shell(`lock=/run/annex/section-${section}.lock; mkdir -p /run/annex; exec 9>>$lock; flock 9; echo "converge of elsewhere by process 1" >$lock; sleep 4; rm $lock`)
    await shell(`until [[ -s /run/annex/section-${section}.lock ]]; do sleep 0.1; done`)
    const told = await failure(section, [{ kind: 'module', name: 'overlay' }], { ANNEX_LOCK_WAIT: '1' })
    assert.match(told.error, /another annex run holds .*converge of elsewhere by process 1.*living: \d+ .*waited 1 s/)
    const { code, stderr } = await run('converge', { section, items: [{ kind: 'module', name: 'overlay' }] } as object)
    assert.equal(code, 0)
    assert.match(stderr, /^waiting up to 1200 s until this is done: converge of elsewhere by process 1/)
    await holder
  })

  it('continues after kill -9 at any command of a converge: one of them here, all in test:all', async () => {
    const items = itemsOf('interface')
    const { code } = await run('converge', { section, items } as object, 600)
    assert.notEqual(code, 0, 'was not cut')
    await converge(section, items)
    assert.deepEqual(await differences(section, items), [])
  })
})
