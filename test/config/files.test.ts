import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { endpoints, fileFaults, readText } from '../../config/files.ts'
import { knownKey } from '../../config/known-hosts.ts'
import type { RawConfig } from '../../config/schema.ts'

let folder: string
before(() => { folder = mkdtempSync(path.join(tmpdir(), 'annex-files-')) })
after(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text)
  return path.join(folder, name)
}

/** A new one of the type, as ssh-keyscan prints it after the host. */
function hostKey(type: string, ...more: string[]): string {
  const file = path.join(mkdtempSync(path.join(folder, 'key-')), 'key')
  execFileSync('ssh-keygen', ['-q', '-N', '', '-t', type, ...more, '-f', file])
  return readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
}

describe('a file of known hosts', () => {
  const host = '198.51.100.11'
  let ed25519: string, ecdsa: string, rsa: string
  before(() => { [ed25519, ecdsa, rsa] = [hostKey('ed25519'), hostKey('ecdsa'), hostKey('rsa', '-b', '2048')] })
  const known = (...lines: string[]) => knownKey(write('known_hosts', `${lines.join('\n')}\n`), host, 22)
  const reason = (...lines: string[]) => {
    const found = known(...lines)
    return found.key === undefined ? found.reason : `has ${found.key}`
  }

  it('says which key to expect: ed25519 before others, and none that cannot be used', () => {
    assert.deepEqual(known(`${host} ${rsa}`, `${host} ${ecdsa}`, `${host} ${ed25519}`), { key: ed25519 })
    assert.deepEqual(known(`${host} ${rsa}`, `${host} ${ecdsa} root@vps`), { key: ecdsa })
    assert.match(reason(`${host} ${rsa}`), /^has no key for it that can be used \(ssh-rsa\): .*ssh-ed25519/)
    assert.match(reason(`198.51.100.12 ${ed25519}`), /^has no key for it$/)
  })

  it('has a name as ssh has it: with its port, hashed, with a comment', () => {
    const file = write('known_hosts', `# ours\n[${host}]:2222 ${ed25519}\n`)
    assert.deepEqual(knownKey(file, host, 2222), { key: ed25519 })
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
    assert.deepEqual(knownKey(file, host, 2222), { key: ed25519 })
    assert.equal(knownKey(file, host, 22).key, undefined)
  })

  it('takes no key that is revoked, nor that of an authority', () => {
    assert.match(reason(`@revoked ${host} ${ed25519}`, `${host} ${ed25519}`), /has only a revoked key/)
    assert.deepEqual(known(`@revoked ${host} ${ed25519}`, `${host} ${ecdsa}`), { key: ecdsa })
    assert.match(reason(`@cert-authority ${host} ${ed25519}`), /^has no key for it$/)
  })

  it('takes no key that is cut off, or of another type than it says', () => {
    for (const key of [ed25519.slice(0, 60), 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAAAA']) assert.match(reason(`${host} ${key}`), /has no key for it that can be used/)
    assert.match(reason(`${host} ${ed25519.replace('ssh-ed25519', 'ecdsa-sha2-nistp256')}`), /has no key for it that can be used/)
  })
})

describe('the files of a configuration', () => {
  const pgp = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----\n'
  const authority = () => execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=mirror'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const privateKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const told = (raw: RawConfig) => fileFaults(raw).map(({ path, message }) => `${path}: ${message}`)
  const key = (text: string) => told({ packages: { kubernetes: { keyFile: write('key.asc', text) } } })
  const ca = (text: string) => told({ registries: [{ caFile: write('ca.pem', text) }] })

  it('are right as they come, also from Windows', () => {
    for (const text of [pgp, pgp.replaceAll('\n', '\r\n')]) assert.deepEqual(key(text), [])
    const pem = authority()
    for (const text of [pem, `${pem}${pem}`, pem.replaceAll('\n', '\r\n')]) assert.deepEqual(ca(text), [])
    assert.equal(readText(write('key.asc', pgp.replaceAll('\n', '\r\n'))), pgp)
  })

  it('are refused before any host is asked where something else is in them', () => {
    for (const text of ['', '<html>404</html>', '\x99\x01']) assert.match(key(text).join(), /^annex:packages\.kubernetes\.keyFile: is no armored PGP public key/)
    assert.match(key(`-----BEGIN PGP ${'PRIVATE'} KEY BLOCK-----\n`).join(), /keyFile: holds a private key/)
    for (const text of ['', 'none']) assert.match(ca(text).join(), /^annex:registries\[0\]\.caFile: is no certificate in PEM/)
    assert.match(ca(`${authority()}${privateKey()}`).join(), /caFile: holds a private key/)
  })

  it('are told of all at once, beside faults of another kind', () => {
    mkdirSync(path.join(folder, 'folder'))
    const faults = told({ knownHosts: 'nowhere', packages: { kubernetes: { keyFile: path.join(folder, 'folder') }, containerd: { keyFile: 'none.asc' }, kubernetesVersion: 5 as never }, registries: [{ caFile: 7 as never }] })
    assert.deepEqual(faults.map((it) => it.slice(0, it.indexOf('(') - 1)), [
      'annex:knownHosts: there is no such file: create it, or name the right one', 'annex:packages.kubernetes.keyFile: cannot be read', 'annex:packages.containerd.keyFile: there is no such file: create it, or name the right one'])
  })

  it('never make the check throw, whatever it is given', () => {
    fc.assert(fc.property(fc.constantFrom('knownHosts', 'tunnel', 'packages', 'workers', 'registries'), fc.anything(), (key, value) => { fileFaults({ knownHosts: 'nowhere', [key]: value }) }))
  })

  it('name the host without a key, and how its key is asked for', () => {
    const raw: RawConfig = {
      knownHosts: write('known_hosts', ''),
      tunnel: { gateways: [{ name: 'gateway', address: '198.51.100.2' }] },
      workers: [{ name: 'vps', address: '198.51.100.11', ssh: { host: '192.168.7.7', port: 2222, jump: { host: '198.51.100.9', user: 'debian' } } }, { name: 'broken', ssh: {} }, { name: 'none', address: '198.51.100.3', ssh: { port: 0 } }, { name: 'text', address: '198.51.100.4', ssh: { port: '22' as never } }, { name: 'null', address: '198.51.100.5', ssh: { jump: null as never } }],
    }
    assert.deepEqual(endpoints(raw).map(({ name, host }) => [name, host]), [['gateway', '198.51.100.2'], ['vps', '192.168.7.7'], ['null', '198.51.100.5']])
    assert.deepEqual(fileFaults(raw).map(({ path, seen, message }) => `${path} = ${seen}: ${/"(ssh.*)"/.exec(message)?.[1]}`), [
      'annex:tunnel.gateways[0].ssh = "198.51.100.2:22": ssh-keyscan -p 22 198.51.100.2',
      'annex:workers[0].ssh = "192.168.7.7:2222": ssh -p 22 debian@198.51.100.9 ssh-keyscan -p 2222 192.168.7.7',
      'annex:workers[0].ssh.jump = "198.51.100.9:22": ssh-keyscan -p 22 198.51.100.9',
      'annex:workers[4].ssh = "198.51.100.5:22": ssh-keyscan -p 22 198.51.100.5',
    ])
  })
})
