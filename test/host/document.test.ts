/** What may be asked of a host, and how it gets there. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { gunzipSync } from 'node:zlib'
import { bundle, kinds, packed, remoteCommand } from '../../host/bundle.ts'
import { parseConnection } from '../../host/connection.ts'
import { type HostDocument, Item, itemId, parseDocument } from '../../host/document.ts'
import { parseFailure } from '../../host/look.ts'
import { everything } from './documents.ts'

const peer = { name: 'gateway', publicKey: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', allowedIps: ['10.100.0.0/24'] }

describe('a host document', () => {
  it('is refused with all its faults at once, each with its path', () => {
    const document = {
      section: 'Wrong Name',
      items: [
        { kind: 'file', path: '../etc/passwd', mode: '999', content: 'a\0b' },
        { kind: 'sysctl', key: 'kernel.panic; reboot', value: '1\n2' },
        { kind: 'interface', name: 'wg0', address: '10.100.0.11', mtu: 1, peers: [] },
        { kind: 'peer', interface: 'wg0', ...peer, name: '../x' },
        { kind: 'nonsense' },
        { kind: 'sysctl', key: 'net.ipv4.ip_local_port_range', value: '1 2', atLeast: true },
        { kind: 'file', path: '/etc/annex/../passwd', mode: '644', content: '' },
        { kind: 'volume', name: 'pg', path: '/mnt/pg', image: '/srv/pg.img', size: (16 << 20) - 1 },
        { kind: 'pool', path: '/srv', device: '/srv/disk.img' },
        { kind: 'repository', name: 'kubernetes', uri: 'https://pkgs.example.org/deb/', suite: '/', components: [], key: '<html>Not found</html>' },
        { kind: 'join', nodeName: 'vps', apiServer: '10.10.0.2:6443', caCertHashes: [], nodeIp: '10.100.0.11', labels: {}, taints: [], ignorePreflightErrors: [] },
      ],
    }
    const message = failure(() => parseDocument(document))
    for (const at of ['section', 'items.0.path', 'items.0.mode', 'items.0.content', 'items.1.key', 'items.1.value', 'items.2.address', 'items.2.mtu', 'items.3.name', 'items.4.kind', 'items.5.value', 'items.6.path', 'items.7.size', 'items.8.device', 'items.9.key', 'items.10.caCertHashes']) {
      assert.ok(message.includes(`document.${at}: `), `${at} is missing in: ${message}`)
    }
  })

  it('may not name the same thing twice, or route a range to two peers', () => {
    const twice = { section: 'a', items: ['1', '0'].map((value) => ({ kind: 'sysctl', key: 'net.ipv4.ip_forward', value })) }
    assert.match(failure(() => parseDocument(twice)), /document.items.1: sysctl net.ipv4.ip_forward is there twice/)
    const interface_ = { kind: 'interface', name: 'wg0', address: '10.100.0.11/32', mtu: 1420, peers: [peer, { ...peer, name: 'other' }] }
    assert.match(failure(() => parseDocument({ section: 'a', items: [interface_] })), /peers.1.allowedIps.0: is also routed to gateway/)
  })

  it('may not route the whole internet into the tunnel, which would take SSH along', () => {
    const interface_ = { kind: 'interface', name: 'wg0', address: '10.100.0.11/32', mtu: 1420, peers: [{ ...peer, allowedIps: ['0.0.0.0/0'] }] }
    assert.match(failure(() => parseDocument({ section: 'a', items: [interface_] })), /must not be the whole internet/)
    const apart = { kind: 'peer', interface: 'wg0', ...peer, allowedIps: ['0.0.0.0/0'] }
    assert.match(failure(() => parseDocument({ section: 'a', items: [apart] })), /must not be the whole internet/)
  })

  it('may hold every kind at once, as in the slow test that cuts it at every place', () => {
    parseDocument({ section: 'cut', items: everything })
    assert.deepEqual(kinds.filter((kind) => !['join', ...everything.map((item) => item.kind)].includes(kind)), ['repository'])
  })

  it('has one shell file for each of its kinds', () => {
    assert.deepEqual([...kinds], Item.options.map((option) => option.shape.kind.value).sort())
  })

  it('calls an item what the shell calls it', () => {
    const items: HostDocument['items'] = [
      { kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' },
      { kind: 'file', path: '/etc/x', mode: '644', content: '' },
      { kind: 'packages', install: [{ name: 'a1' }, { name: 'b1' }] },
      { kind: 'firewall', table: 'annex', content: '' },
      { kind: 'key', interface: 'wg0' },
      { kind: 'peer', interface: 'wg0', name: 'vps-worker-1', publicKey: peer.publicKey, allowedIps: [] },
      { kind: 'module', name: 'overlay' },
    ]
    // Without its comments, as it travels: it would be too long for an argument.
    const script = `${bundle('look').replace(/\nmain "\$@"\n$/, '').replace(/^ *# .*\n/gm, '')}\njson_read; for ((i = 0; i < $(doc_count /items); i++)); do "id_\${DOC["/items/$i/kind"]}" "/items/$i"; printf '%s\\n' "$ID"; done`
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { input: JSON.stringify({ items }), encoding: 'utf8' })
    assert.deepEqual(stdout.trim().split('\n'), items.map(itemId), stderr)
  })
})

describe('the engine on its way to a host', () => {
  for (const command of ['look', 'converge', 'remove'] as const) {
    it(`is one script that shellcheck has nothing against: ${command}`, () => {
      const { stdout, status } = spawnSync('shellcheck', ['--shell=bash', '--severity=warning', '--exclude=SC2034', '-'], { input: bundle(command), encoding: 'utf8' })
      assert.equal(status, 0, stdout)
    }).timeout(180_000)
  }

  it('does nothing when it arrives cut short', () => {
    const whole = packed(bundle('remove'))
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const { stdout, status } = spawnSync('bash', ['-c', remoteCommand('remove', 'nothing', 'root')], { input: whole.slice(0, whole.length * share), encoding: 'utf8' })
      assert.deepEqual([stdout, status === 70], ['', false])
    }
  })

  it('leaves its comments at home, and nothing of the files that it writes', () => {
    const whole = bundle('converge')
    const [, text] = packed(whole).split('\n')
    const sent = gunzipSync(Buffer.from(text!, 'base64')).toString()
    assert.ok(sent.length < 0.85 * whole.length, `${sent.length} of ${whole.length}`)
    const written = [...whole.matchAll(/<<(\w+)\n[^]*?\n\1\n/g)].map(([file]) => file)
    assert.ok(written.length > 3)
    for (const file of written) assert.ok(sent.includes(file), file)
  })

  it('tells a failure to people as text, and to a program as JSON', () => {
    const told = (reader: 'people' | 'program') => spawnSync('bash', ['-c', remoteCommand('look', 'host', 'root', reader)], { input: `${packed(bundle('look'))}cut sh`, encoding: 'utf8' }).stderr
    assert.match(told('people'), /\nthe document did not arrive whole\n  Fix: run it again/)
    assert.equal(parseFailure(told('program'))?.error, 'the document did not arrive whole')
  })

  it('is called by a short command that holds no data, through sudo for everybody but root', () => {
    assert.equal(remoteCommand('converge', 'wireguard-tunnel', 'root'), `bash --norc -c 'read -r length && . <(head -c "$length" | base64 -d | gzip -d)' annex converge wireguard-tunnel program`)
    assert.match(remoteCommand('look', 'host', 'debian'), /^sudo -n bash --norc -c /)
  })
})

describe('a connection', () => {
  it('needs a host key of a type that can be checked', () => {
    const connection = { host: 'vps', port: 22, user: 'root', hostKey: 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ==' }
    assert.match(failure(() => parseConnection(connection)), /connection.hostKey: must be "ssh-ed25519 AAAA…".*an RSA key cannot be used/)
    assert.match(failure(() => parseConnection({ ...connection, hostKey: '', port: 0 })), /connection.port: [^]*connection.hostKey: /)
  })
})

function failure(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return (error as Error).message
  }
  return assert.fail('it was accepted')
}
