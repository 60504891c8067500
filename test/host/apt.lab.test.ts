/** What packages do when apt fails. On its own, since the mirror that fails is that of the whole lab. */
import assert from 'node:assert/strict'
import { emptyDisk, fillDisk, holdAptLock, releaseAptLock } from '../../lab/faults.ts'
import { setMirrorFault } from '../../lab/services.ts'
import { bareHost, converge, differences, failure, host, type Items, remove, same, shell, snapshot } from './lab-host.ts'

const section = 'test'
const items: Items = [{ kind: 'packages', install: [{ name: 'ipset' }] }]

describe(`the host engine on ${host}, with an apt that fails`, function () {
  this.timeout(120_000)
  let found: string[]

  before(async function () {
    this.timeout(30 * 60_000)
    found = await bareHost()
  })
  // As on a host that has never fetched its lists.
  beforeEach(() => shell('rm -rf /var/lib/apt/lists/*; apt-get clean'))
  afterEach(async () => {
    await setMirrorFault()
    await shell('apt-get -qq update')
    await remove(section)
    same(found, await snapshot())
  })

  it('says so when the mirror is down', async () => {
    await setMirrorFault('down')
    const { item, error, fix } = await failure(section, items)
    assert.equal(item, 'packages ipset')
    assert.match(error, /apt cannot install ipset: [^]*Connection refused/)
    assert.match(fix, /apt sources must be reachable/)
  })

  it('says so when indexes were changed after they were signed, and installs nothing', async () => {
    await setMirrorFault('bad-signature')
    assert.match((await failure(section, items)).error, /apt cannot install ipset: [^]*(signature|not signed|BADSIG)/)
  })

  it('says so when a package differs from its index, and installs nothing', async () => {
    await setMirrorFault('wrong-hash')
    assert.match((await failure(section, items)).error, /apt-get install ipset failed: [^]*Hash Sum mismatch|has unexpected size/)
  })

  it('fetches the lists again when they name files that the mirror no longer has', async () => {
    await shell('apt-get -qq update; sed -i "s|pool/main/i/ipset/ipset_|pool/main/i/ipset/old_|" /var/lib/apt/lists/*Packages')
    assert.deepEqual((await converge(section, items)).changed.map(({ id }) => id), ['ipset'])
  })

  it('waits for another apt, and names the lock when it has waited long enough', async () => {
    await shell('apt-get -qq update')
    await holdAptLock(host)
    try {
      assert.match((await failure(section, items, { ANNEX_APT_WAIT: '2' })).error, /another apt or dpkg has held its lock for 2 s: .*\/var\/lib\/dpkg\/lock-frontend/)
    } finally {
      await releaseAptLock(host)
    }
  })

  it('says that the disk is full, which apt does not', async () => {
    await shell('apt-get -qq update')
    await fillDisk(host)
    try {
      const { error, fix } = await failure(section, items)
      assert.match(error, /Less than 16 MiB, or no inode, is free in \//)
      assert.match(fix, /make room in \//)
    } finally {
      await emptyDisk(host)
    }
  })

  it('repairs a dpkg that was cut in the middle', async () => {
    await shell('apt-get -qq update; apt-get -qq -y --no-install-recommends install libipset13 >/dev/null; apt-get -qq download ipset; dpkg --unpack ipset_*.deb >/dev/null; rm ipset_*.deb')
    // Its journal, as a power cut leaves it: apt does nothing at all before dpkg has read that.
    await shell('dpkg-query --status ipset >/var/lib/dpkg/updates/0000')
    assert.match((await differences(section, items)).join(), /ipset is half installed \(unpacked\)/)
    await converge(section, items)
    assert.deepEqual(await differences(section, items), [])
    await remove(section)
    await shell('apt-get -qq -y purge ipset libipset13 >/dev/null 2>&1')
  })
})
