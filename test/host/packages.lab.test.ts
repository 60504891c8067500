/** What packages do beside other versions, other people and a broken apt. The packages are made on the host, each in several versions. */
import assert from 'node:assert/strict'
import { parseFailure } from '../../host/look.ts'
import { bareHost, converge, differences, host, type Items, remove, run, same, shell, snapshot } from './lab-host.ts'

const section = 'test'
const demo = (version?: string, restart?: string[]): Items => [{ kind: 'packages', install: [{ name: 'annex-demo', ...(version && { version }), ...(restart && { restart }) }] }]

/** annex-demo 1.0 and 1.1 with a service and a configuration file, and somebody's annex-theirs, which needs 1.1. */
const repository = `
  build() { dpkg-deb --root-owner-group -b "$1" /srv/repository/ >/dev/null; }
  mkdir -p /srv/repository; cd /srv/repository
  for version in 1.0 1.1; do
    mkdir -p demo/DEBIAN demo/etc demo/lib/systemd/system
    printf '[Service]\\nExecStart=/bin/sleep infinity\\n' >demo/lib/systemd/system/annex-demo.service
    echo demo >demo/etc/annex-demo.conf; echo /etc/annex-demo.conf >demo/DEBIAN/conffiles
    printf 'Package: annex-demo\\nVersion: %s\\nArchitecture: all\\nMaintainer: nobody <n@example.org>\\nDescription: demo\\n' $version >demo/DEBIAN/control
    build demo
  done
  mkdir -p theirs/DEBIAN
  printf 'Package: annex-theirs\\nVersion: 1.0\\nArchitecture: all\\nDepends: annex-demo (>= 1.1)\\nMaintainer: nobody <n@example.org>\\nDescription: theirs\\n' >theirs/DEBIAN/control
  build theirs
  for deb in *.deb; do
    dpkg-deb -f $deb; echo "Filename: ./$deb"; echo "Size: $(stat -c %s $deb)"; echo "SHA256: $(sha256sum $deb | cut -d' ' -f1)"; echo
  done >Packages
  chmod -R a+rX /srv/repository
  echo 'deb [trusted=yes] file:/srv/repository ./' >/etc/apt/sources.list.d/demo.list
  apt-get -qq update 2>/dev/null`

describe(`the host engine on ${host}, with packages of other people and in other versions`, function () {
  this.timeout(120_000)
  let found: string[]

  before(async function () {
    this.timeout(30 * 60_000)
    found = await bareHost()
    await shell(repository)
  })
  afterEach(async () => {
    await remove(section)
    // The package leaves that to whoever started it.
    await shell('systemctl stop annex-demo 2>/dev/null || true')
    await shell('apt-mark -qq unhold annex-demo >/dev/null; apt-get -qq -y purge annex-demo annex-theirs >/dev/null 2>&1; systemctl daemon-reload')
  })
  after(async () => {
    await shell('rm -rf /srv/repository /etc/apt/sources.list.d/demo.list; apt-get -qq update')
    same(found, await snapshot())
  })

  it('puts back the version that annex replaced', async () => {
    await install('annex-demo=1.0')
    await converge(section, demo('1.1'))
    assert.equal(await state('annex-demo'), 'ii 1.1')
    await remove(section)
    assert.equal(await state('annex-demo'), 'ii 1.0')
  })

  it('leaves a version that somebody else installed, and what needs the one that annex installed', async () => {
    await install('annex-demo=1.0')
    assert.deepEqual((await converge(section, demo())).changed, [])
    await install('annex-theirs')
    await remove(section)
    assert.deepEqual([await state('annex-demo'), await state('annex-theirs')], ['ii 1.1', 'ii 1.0'])
    await shell('apt-get -qq -y purge annex-theirs >/dev/null')

    await shell('apt-get -qq -y --allow-downgrades install annex-demo=1.0 >/dev/null')
    await converge(section, demo('1.1'))
    await install('annex-theirs')
    await remove(section)
    assert.deepEqual([await state('annex-demo'), await state('annex-theirs')], ['ii 1.1', 'ii 1.0'])
  })

  it('removes, and does not purge, what had been removed and not purged', async () => {
    await install('annex-demo=1.1')
    await shell('apt-get -qq -y remove annex-demo >/dev/null')
    await converge(section, [{ kind: 'packages', install: [{ name: 'annex-demo', hold: true }] }])
    assert.equal(await state('annex-demo'), 'hi 1.1')
    await remove(section)
    assert.equal(await state('annex-demo'), 'rc 1.1')
  })

  it('forgets nothing while apt can plan no removal, and says what to repair', async () => {
    await converge(section, demo('1.0'))
    await shell('dpkg --force-depends -i /srv/repository/annex-theirs_1.0_all.deb >/dev/null 2>&1')
    const { code, stderr } = await run('remove', { section })
    assert.notEqual(code, 0)
    const told = parseFailure(stderr)
    assert.match(told!.error, /apt can plan nothing on this host: [^]*annex-theirs/)
    assert.match(told!.fix, /--fix-broken/)
    await shell('dpkg --purge annex-theirs >/dev/null')
    await remove(section)
    assert.equal(await state('annex-demo'), '')
  })

  it('restarts what runs of another version, also where the run was cut before that', async () => {
    const [one, two] = [demo('1.0', ['annex-demo.service']), demo('1.1', ['annex-demo.service'])]
    await converge(section, one)
    await shell('systemctl start annex-demo')
    const before = await process()
    assert.deepEqual((await converge(section, one)).changed, [])
    assert.equal(await process(), before)
    await converge(section, two)
    const after = await process()
    assert.notEqual(after, before)

    await shell('touch $(echo /var/lib/annex/ledger/test/*-package)/restart')
    assert.match((await differences(section, two)).join('\n'), /annex-demo\.service is still to be restarted/)
    await converge(section, two)
    assert.notEqual(await process(), after)
    assert.deepEqual(await differences(section, two), [])
  })

  it('names an entry of the ledger that a power cut emptied, and changes nothing', async () => {
    await converge(section, demo('1.0'))
    await shell('cp -a /var/lib/annex/ledger/test/*-package/kind /srv/repository/kind; : >$(echo /var/lib/annex/ledger/test/*-package/kind)')
    const { stderr } = await run('remove', { section })
    assert.match(parseFailure(stderr)!.error, /the ledger's entry \/var\/lib\/annex\/ledger\/test\/\d+-package is damaged/)
    assert.equal(await state('annex-demo'), 'ii 1.0')
    await shell('cp -a /srv/repository/kind $(echo /var/lib/annex/ledger/test/*-package/kind)')
  })
})

async function install(what: string): Promise<void> {
  await shell(`apt-get -qq -y install ${what} >/dev/null 2>&1`)
}

/** dpkg's two letters and the version; empty where it knows nothing of it. */
async function state(name: string): Promise<string> {
  return (await shell(`dpkg-query -W -f '\${db:Status-Abbrev} \${Version}' ${name} 2>/dev/null || true`)).replace(/ +/g, ' ').trim()
}

async function process(): Promise<string> {
  return (await shell('systemctl show --property MainPID --value annex-demo')).trim()
}
