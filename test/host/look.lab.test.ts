/** What a look over SSH finds out, and what it says when it cannot look. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import type { Connection, HostReport, LookOptions } from '../../host/engine.ts'
import { runAsOperator } from '../../lab/environment.ts'
import { hostConnection } from '../../lab/host.ts'
import { services } from '../../lab/topology.ts'
import { host, labUp, shell } from './lab-host.ts'

interface Answer { report?: HostReport; name?: string; message?: string }

async function lookAt(connection: Connection, options: LookOptions = {}, env: Record<string, string> = {}): Promise<Answer> {
  const { stdout } = await runAsOperator(process.execPath, [path.join(import.meta.dirname, 'over-ssh.ts')], { input: JSON.stringify({ connection, options }), env })
  return JSON.parse(String(stdout))
}

describe('a look at a host over SSH', function () {
  this.timeout(60_000)
  let connection: Connection

  before(async function () {
    this.timeout(30 * 60_000)
    await labUp()
    connection = hostConnection(host)
  })

  it('tells the facts of a bare host, through sudo', async () => {
    const { report, message } = await lookAt(connection)
    const facts = report?.facts
    assert.ok(facts, message)
    assert.deepEqual([facts.os.id, facts.os.version, facts.hostname], ['debian', '12', host])
    assert.equal(facts.machineId, (await shell('cat /etc/machine-id')).trim())
    assert.ok(Math.abs(facts.clock - report.now) < 2 && report.now <= Date.now() / 1000)
    assert.ok(facts.memory.total > 2 ** 28 && facts.disk.free > 0)
    assert.ok(facts.kernelHas.tun && facts.kernelHas.overlay && facts.kernelHas.nf_tables)
    assert.ok(facts.listening.some(({ protocol, port, process }) => protocol === 'tcp' && port === 22 && process === 'sshd'))
    assert.ok(facts.routes.some(({ to }) => to === 'default'))
    assert.deepEqual(facts.uplink, { interface: 'eth0', mtu: 1500 })
    assert.equal(facts.node, undefined)
  })

  it('tells where the host\'s own name servers are, not the stub that no pod reaches', async () => {
    const seen = async () => (await lookAt(connection)).report?.facts.resolvConf
    assert.equal(await seen(), '/etc/resolv.conf')
    await shell('mkdir /run/systemd/resolve; : >/run/systemd/resolve/resolv.conf')
    try {
      assert.equal(await seen(), '/etc/resolv.conf')
      await shell('systemd-run --quiet --unit systemd-resolved sleep 300')
      assert.equal(await seen(), '/run/systemd/resolve/resolv.conf')
    } finally {
      await shell('systemctl stop systemd-resolved 2>/dev/null || true; rm -r /run/systemd/resolve')
    }
  })

  it('tells of the sources of apt and of the firewall that somebody has set up', async () => {
    await shell(`mkdir -p /etc/ufw; echo ENABLED=yes >/etc/ufw/ufw.conf; cd /etc/apt/sources.list.d
      printf '%s\\n' '# deb https://off.example.org/debian bookworm main' 'deb [arch=amd64 signed-by=/etc/apt/keyrings/docker.asc] https://on.example.org/debian/ bookworm stable' >docker.list
      printf '%s\\n' '# Kubernetes' 'Types: deb' 'URIs: https://on.example.org/core' 'Suites: /' 'Signed-By:' ' -----BEGIN PGP PUBLIC KEY BLOCK-----' '' 'Enabled: no' 'Types: deb' 'URIs: https://off.example.org/core' 'Suites: /' >kubernetes.sources`)
    try {
      const { report, message } = await lookAt(connection)
      assert.ok(report, message)
      assert.deepEqual(report.facts.firewalls, ['ufw'])
      assert.deepEqual(report.facts.aptSources.filter(({ uri }) => uri.includes('example.org')), [
        { file: '/etc/apt/sources.list.d/docker.list', uri: 'https://on.example.org/debian', suite: 'bookworm', signedBy: '/etc/apt/keyrings/docker.asc' },
        { file: '/etc/apt/sources.list.d/kubernetes.sources', uri: 'https://on.example.org/core', suite: '/', signedBy: '' },
      ])
    } finally {
      await shell('rm /etc/ufw/ufw.conf /etc/apt/sources.list.d/docker.list /etc/apt/sources.list.d/kubernetes.sources')
    }
  })

  it('changes nothing, and leaves nothing', async () => {
    const marker = await shell('mktemp')
    await lookAt(connection)
    assert.equal(await shell(`find / /var -xdev -newer ${marker.trim()} -type f -not -path '/proc/*' -not -path '/sys/*' -not -path '/run/*' -not -path '/var/log/*' -not -path '/tmp/*'; ls -d /run/annex /var/lib/annex 2>/dev/null || true`), '')
  })

  it('says what the host can reach, and why not', async () => {
    const { report } = await lookAt(connection, {
      dial: [{ to: `${services}:80` }, { to: `${services}:81` }, { to: `${services}:80`, from: '10.99.99.99' }],
    })
    const { dial } = report!.facts.probes
    assert.deepEqual(dial.map(({ ok }) => ok), [true, false, false])
    assert.match(dial[1]!.what, /not reached: Connection refused/)
  })

  it('says within seconds that a host is unreachable', async () => {
    const start = Date.now()
    const { name, message } = await lookAt({ ...connection, host: '198.51.100.99' })
    assert.equal(name, 'Unreachable')
    assert.match(message!, /debian@198.51.100.99:2222: cannot be reached within 10 s[^]*Fix: see that the host runs/)
    assert.ok(Date.now() - start < 15_000)
  })

  it('says so when something else than sshd answers', async () => {
    const { name } = await lookAt({ ...connection, host: services, port: 80 })
    assert.equal(name, 'Unreachable')
  })

  it('shows both fingerprints when the host key is another', async () => {
    const wrong = hostConnection('gateway').hostKey
    const { name, message } = await lookAt({ ...connection, hostKey: wrong })
    assert.equal(name, 'HostKeyMismatch')
    assert.match(message!, /its host key is SHA256:\S+, but the known one is SHA256:\S+/)
    assert.match(message!, new RegExp(await fingerprint(wrong)))
    assert.match(message!, new RegExp(await fingerprint(connection.hostKey)))
  })

  it('shows the keys that were offered when none is accepted', async () => {
    const { name, message } = await withAgent(['the wrong one'], (socket) => lookAt(connection, {}, { SSH_AUTH_SOCK: socket }))
    assert.equal(name, 'AuthenticationFailed')
    assert.match(message!, /accepts none of the agent's keys for user debian: SHA256:\S+ the wrong one/)
  })

  it('says so when the agent offers more keys than the host waits for', async () => {
    const keys = Array.from({ length: 8 }, (_, i) => `key ${i}`)
    const { name, message } = await withAgent(keys, (socket) => lookAt(connection, {}, { SSH_AUTH_SOCK: socket }))
    assert.equal(name, 'AuthenticationFailed')
    assert.match(message!, /ended the login before the right key came: the agent offers 8, SHA256:\S+ key 0, [^]*ssh-add -D/)
  })

  it('names the user whom a cloud image wants instead', async () => {
    const keys = '/home/debian/.ssh/authorized_keys'
    // As cloud-init writes it for root.
    const told = String.raw`command="echo 'Please login as the user \"admin\" rather than the user \"debian\".';echo;exit 142"`
    const closed = (await shell(`cat ${keys}`)).replace(/^(?=ssh-)/gm, `${told} `)
    await shell(`cp -a ${keys} /root/keys; base64 -d <<<${Buffer.from(closed).toString('base64')} >${keys}`)
    try {
      const { name, message } = await lookAt(connection)
      assert.equal(name, 'AuthenticationFailed')
      assert.match(message!, /the image has the user admin for that[^]*ssh\.user: admin/)
    } finally {
      await shell(`mv -T /root/keys ${keys}`)
    }
  })

  it('says so when the user has to change the password first', async () => {
    await shell('cp -a /etc/shadow /root/; chage -d 0 debian')
    try {
      const { name, message } = await lookAt(connection)
      assert.equal(name, 'AuthenticationFailed', message)
      assert.match(message!, /user debian has to change the password first[^]*ssh -p 2222 debian@/)
    } finally {
      await shell('mv -T /root/shadow /etc/shadow')
    }
  })

  it('says so when there is no agent', async () => {
    const { name, message } = await lookAt(connection, {}, { SSH_AUTH_SOCK: '/nowhere/agent.sock' })
    assert.equal(name, 'AuthenticationFailed')
    assert.match(message!, /SSH_AUTH_SOCK=\/nowhere\/agent.sock does not answer[^]*ssh-add/)
  })

  it('says so when the user may not become root', async () => {
    await shell('mv /etc/sudoers.d/90-cloud-init-users /root/')
    try {
      const { name, message } = await lookAt(connection)
      assert.equal(name, 'NotRoot')
      assert.match(message!, /user debian cannot become root without a password[^]*NOPASSWD/)
    } finally {
      await shell('mv /root/90-cloud-init-users /etc/sudoers.d/')
    }
  })

  it('goes through a jump host, with each host key checked', async () => {
    const through = hostConnection('cloud-worker-1')
    assert.ok(through.jump)
    const { report, message } = await lookAt(through)
    assert.equal(report?.facts.hostname, 'cloud-worker-1', message)
    const { name } = await lookAt({ ...through, jump: { ...through.jump, hostKey: connection.hostKey } })
    assert.equal(name, 'HostKeyMismatch')
  })
})

/** An SSH agent with new keys of these comments, for as long as `use` takes. */
async function withAgent<T>(comments: string[], use: (socket: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'annex-'))
  const socket = path.join(folder, 'agent')
  const agent = execa('ssh-agent', ['-D', '-a', socket], { reject: false })
  try {
    for (const comment of comments) {
      const key = path.join(folder, comment)
      await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', key])
      await until(async () => (await execa('ssh-add', [key], { env: { SSH_AUTH_SOCK: socket }, reject: false })).exitCode === 0)
    }
    return await use(socket)
  } finally {
    agent.kill()
    await agent
    rmSync(folder, { recursive: true })
  }
}

async function fingerprint(hostKey: string): Promise<string> {
  const { stdout } = await execa('ssh-keygen', ['-lf', '-'], { input: hostKey })
  return stdout.split(' ')[1]!.replaceAll('+', '\\+').replaceAll('/', '\\/')
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => { setTimeout(resolve, 50) })
}
