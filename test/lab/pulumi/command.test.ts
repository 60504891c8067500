import { strict as assert } from 'node:assert'
import { execFileSync, spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeProvider } from '../../../lab/pulumi/command/provider.ts'
import { secret, UNKNOWN } from '../../../lab/pulumi/plugin/values.ts'
import { ask, keptLog, readRecording, type Recorded } from './recording.ts'
import { freePort, startSshd, type Sshd } from './sshd.ts'

const URN = 'urn:pulumi:dev::test::command:remote:Command::it'
const NAMED_HEX = /^([a-z]+?)[0-9a-f]{8}$/

describe('stand-in for pulumi-resource-command', () => {
  let host: Sshd
  let locked: Sshd
  before(async () => {
    host = await startSshd(['AcceptEnv NOTHING', 'KbdInteractiveAuthentication no'])
    locked = await startSshd(['AcceptEnv A PULUMI_COMMAND_*', 'AllowTcpForwarding yes'])
  })
  after(async () => {
    await host.stop()
    await locked.stop()
  })

  describe('answers what the official plugin answered', () => {
    for (const [index, { step, method, request }] of readRecording('command.jsonl').entries()) {
      if (['Handshake', 'GetPluginInfo', 'DiffConfig'].includes(method) || step.includes('unreachable')) continue
      const name = request.urn?.split('::').at(-1) ?? request.tok ?? ''
      it(`${method} ${name} in "${step}" (line ${index + 1})`, async () => {
        const recorded = readRecording('command.jsonl', connections(host))[index]!
        const answer = await ask(makeProvider(keptLog()), method, recorded.request)
        assert.deepEqual(comparable(answer.response ?? { error: answer.error }, host), comparable(expected(recorded), host))
      })
    }
  })

  const connection = (to: Sshd, more: object = {}) => ({
    host: '127.0.0.1', port: to.port, user: 'root', privateKey: to.privateKey, dialErrorLimit: 1, perDialTimeout: 5, ...more,
  })
  const create = (properties: object) => ask(makeProvider(keptLog()), 'Create', { urn: URN, properties })

  it('fills in the defaults of a jump host and marks its key secret, in the state as well as in the inputs', async () => {
    const proxy = { host: 'jump', privateKey: 'key' }
    const { response } = await ask(makeProvider(keptLog()), 'Check', { urn: URN, news: { connection: { host: 'a', proxy }, create: 'true' } })
    const filled = { user: 'root', port: 22, dialErrorLimit: 10, perDialTimeout: 15 }
    assert.deepEqual(response.inputs.connection, secret({ host: 'a', ...filled, proxy: { host: 'jump', privateKey: secret('key'), ...filled } }))
  })

  it('checks the host key: a host with another key runs nothing', async () => {
    const answer = await create({ connection: connection(host, { hostKey: locked.hostKey }), create: 'touch /nonexistent/x' })
    assert.match(answer.error!, /after 1 failed attempts: ssh: handshake failed: ssh: host key mismatch/)
  })

  it('takes the host whose key is the expected one', async () => {
    const { response } = await create({ connection: connection(host, { hostKey: host.hostKey }), create: 'echo in' })
    assert.equal(response.properties.stdout, 'in')
  })

  it('gives a command its stdin byte for byte, also when it is long', async () => {
    const stdin = 'x'.repeat(3_000_000)
    const { response } = await create({ connection: connection(host), create: 'wc -c', stdin: secret(stdin) })
    assert.equal(response.properties.stdout, '3000000')
  })

  it('ends, and says why, when the command closes its stdin before it is read', async () => {
    const { error } = await create({ connection: connection(host), create: 'exec <&-; exit 4', stdin: 'x'.repeat(3_000_000) })
    assert.match(error!, /Process exited with status 4: running/)
  })

  it('says by which signal a command ended', async () => {
    const { error } = await create({ connection: connection(host), create: 'kill -TERM $$' })
    assert.match(error!, /Process exited with status 143 from signal TERM|Process exited with status 128 from signal TERM/)
  })

  it('logs in through the agent of SSH_AUTH_SOCK when the connection holds no key', async () => {
    await withAgent(host, async (socket) => {
      const { response } = await create({ connection: connection(host, { privateKey: undefined, agentSocketPath: socket }), create: 'echo agent' })
      assert.equal(response.properties.stdout, 'agent')
    })
  })

  it('goes through a jump host', async () => {
    const target = connection(host, { hostKey: host.hostKey, proxy: connection(locked, { hostKey: locked.hostKey }) })
    const { response } = await create({ connection: target, create: 'echo "$SSH_CONNECTION"' })
    assert.match(response.properties.stdout, new RegExp(`${host.port}$`))
  })

  it('says that it was the jump host that failed', async () => {
    const target = connection(host, { proxy: connection(locked, { port: await freePort(), dialErrorLimit: 0 }) })
    assert.match((await create({ connection: target, create: 'true' })).error!, /proxy: after 0 failed attempts: dial tcp 127.0.0.1:\d+: connect: connection refused/)
  })

  it('dials as often as dialErrorLimit allows, and once more', async () => {
    const log = keptLog()
    const properties = { connection: connection(host, { port: await freePort(), dialErrorLimit: 2 }), create: 'true' }
    const { error } = await ask(makeProvider(log), 'Create', { urn: URN, properties })
    assert.match(error!, /after 2 failed attempts: dial tcp 127.0.0.1:\d+: connect: connection refused/)
    assert.deepEqual(log.told.map(({ message }) => message), ['Dial 1/2 failed: retrying', 'Dial 2/2 failed: retrying'])
  })

  it('gives up on a host that does not answer after perDialTimeout, with the code that says so', async () => {
    await withSilentPort(async (port) => {
      const { error } = await create({ connection: connection(host, { port, dialErrorLimit: 0, perDialTimeout: 1 }), create: 'true' })
      assert.equal(error, `rpc error: code = DeadlineExceeded desc = after 0 failed attempts: dial tcp 127.0.0.1:${port}: i/o timeout`)
    })
  })

  it('stops dialling, and kills a local command, when the user cancels', async () => {
    const log = keptLog()
    const provider = makeProvider(log)
    const properties = { connection: connection(host, { port: await freePort(), dialErrorLimit: -1 }), create: 'true' }
    const dialling = ask(provider, 'Create', { urn: URN, properties })
    const local = ask(provider, 'Create', { urn: URN.replace('remote', 'local'), properties: { create: 'echo started; exec sleep 60' } })
    while (!log.told.some(({ message }) => message === 'started') || !log.told.some(({ message }) => message.startsWith('Dial 1/inf'))) await delay(20)
    provider.cancel!()
    assert.match((await dialling).error!, /context canceled/)
    assert.match((await local).error!, /signal: killed: running "echo started; exec sleep 60":\nstarted/)
  })

  it('notices a host that dies without a word: the kernel asks for it', async () => {
    const log = keptLog()
    const running = ask(makeProvider(log), 'Create', { urn: URN, properties: { connection: connection(host), create: 'echo started; sleep 1' } })
    while (!log.told.some(({ message }) => message === 'started')) await delay(20)
    assert.match(execFileSync('ss', ['-tnoH', `dport = :${host.port}`], { encoding: 'utf8' }), /timer:\(keepalive,2min1\dsec/)
    await running
  })

  it('says what is missing when a local command cannot be started', async () => {
    const start = async (inputs: object) => (await ask(makeProvider(keptLog()), 'Create', { urn: URN.replace('remote', 'local'), properties: { create: 'true', ...inputs } })).error
    assert.match((await start({ interpreter: ['nosuch'] }))!, /exec: "nosuch": executable file not found in \$PATH: running "true":/)
    assert.match((await start({ interpreter: ['/no/such'] }))!, /fork\/exec \/no\/such: no such file or directory: running/)
    assert.match((await start({ dir: '/no/such' }))!, /chdir \/no\/such: no such file or directory: running/)
  })

  it('reports a host that accepts and hangs up', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const { error } = await create({ connection: connection(host, { port, dialErrorLimit: 0 }), create: 'true' })
    server.close()
    assert.match(error!, /after 0 failed attempts: ssh: handshake failed: /)
  })

  it('sets environment variables that the server accepts, and what the last run printed', async () => {
    const inputs = { connection: connection(locked), create: 'true', update: 'echo $A-$PULUMI_COMMAND_STDOUT-$PULUMI_COMMAND_STDERR', environment: { A: '1' } }
    const olds = { ...inputs, stdout: 'out', stderr: 'err' }
    const { response } = await ask(makeProvider(keptLog()), 'Update', { id: 'it', urn: URN, olds, news: inputs, oldInputs: inputs })
    assert.equal(response.properties.stdout, '1-out-err')
  })

  it('runs without the last output, with a warning, when the server refuses it', async () => {
    const log = keptLog()
    const inputs = { connection: connection(host), create: 'true', update: 'echo ran' }
    const olds = { ...inputs, stdout: 'out', stderr: '' }
    const { response } = await ask(makeProvider(log), 'Update', { id: 'it', urn: URN, olds, news: inputs, oldInputs: inputs })
    assert.equal(response.properties.stdout, 'ran')
    assert.deepEqual(log.told.filter(({ kind }) => kind === 'log').map(({ severity }) => severity), ['warning'])
  })

  it('tells what a command prints line by line, and nothing with logging: none', async () => {
    for (const [logging, lines] of [[undefined, ['a', 'b', 'c']], ['stderr', ['c']], ['none', []]] as const) {
      const log = keptLog()
      const properties = { connection: connection(host), create: 'echo a; echo b; sleep 0.2; echo c >&2', ...(logging && { logging }) }
      await ask(makeProvider(log), 'Create', { urn: URN, properties })
      assert.deepEqual(log.told.map(({ message }) => message), lines)
    }
  })

  it('previews an update that changes nothing it runs with the output it has', async () => {
    const olds = { connection: 'c', create: 'true', stdout: 'kept', stderr: '' }
    const news = { connection: 'c', create: 'true', update: 'new' }
    const same = await ask(makeProvider(keptLog()), 'Update', { id: 'it', urn: URN, olds, news, oldInputs: {}, preview: true })
    assert.equal(same.response.properties.stdout, 'kept')
    const other = await ask(makeProvider(keptLog()), 'Update', { id: 'it', urn: URN, olds, news: { ...news, create: 'false' }, oldInputs: {}, preview: true })
    assert.equal(other.response.properties.stdout, UNKNOWN)
  })

  it('runs with what the state has for an input whose changes are ignored', async () => {
    const olds = { connection: connection(host), create: 'echo old', stdout: '', stderr: '' }
    const news = { connection: connection(host), create: 'echo new', triggers: [1] }
    const request = { id: 'it', urn: URN, olds, news, oldInputs: { connection: olds.connection, create: 'echo old' }, ignoreChanges: ['create'] }
    assert.deepEqual((await ask(makeProvider(keptLog()), 'Diff', request)).response.diffs, ['triggers'])
    assert.equal((await ask(makeProvider(keptLog()), 'Update', request)).response.properties.stdout, 'old')
  })

  it('refuses a resource that it does not cover, by name', async () => {
    const { error } = await ask(makeProvider(keptLog()), 'Check', { urn: 'urn:pulumi:dev::test::command:remote:CopyToRemote::it', news: {} })
    assert.match(error!, /stand-in for pulumi-resource-command does not cover command:remote:CopyToRemote/)
  })
})

/** Puts the test's host where the recording names its own. */
function connections(host: Sshd): (key: string, value: any) => any {
  return (key, value) => {
    if (key !== 'connection' || typeof value !== 'string') return value
    const checked = value.includes('checked')
    const mark = (text: string) => (checked ? secret(text) : text)
    return secret({
      host: '127.0.0.1',
      port: host.port,
      user: 'root',
      ...(value.includes('with') ? { dialErrorLimit: value.includes('password') ? 1 : 2, perDialTimeout: 2 } : { dialErrorLimit: 10, perDialTimeout: 15 }),
      ...(value.includes('password') ? { password: mark('no') } : { privateKey: mark(host.privateKey) }),
      ...(value.includes('unreadable') && { hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP0000000000000000000000000000000000000000000' }),
      ...(value.includes('with host key') && { hostKey: host.hostKey }),
    })
  }
}

/** What differs from run to run, made the same. */
function comparable(answer: any, host: Sshd): any {
  const text = JSON.stringify(answer, (key, value) => {
    if (key === 'id' && typeof value === 'string') return value.replace(NAMED_HEX, '$1')
    if (key === 'stdout' && /^\d{10}$/.test(value)) return '<time>'
    return value
  })
  return JSON.parse(text.replaceAll(`127.0.0.1:${host.port}`, '198.51.100.21:22'))
}

function expected({ response, errors }: Recorded): unknown {
  return errors?.length ? { error: errors[0] } : response
}

async function withAgent(host: Sshd, use: (socket: string) => Promise<void>): Promise<void> {
  const socket = join(host.folder, 'agent.sock')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    await once(agent.stdout, 'data')
    const add = spawn('ssh-add', ['-q', host.identity], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
    assert.deepEqual(await once(add, 'close'), [0, null])
    await use(socket)
  } finally {
    agent.kill()
  }
}

/** A port whose queue of connections is full, so that the kernel drops what comes. */
async function withSilentPort(use: (port: number) => Promise<void>): Promise<void> {
  const listen = 'require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () { console.log(this.address().port) })'
  const listener = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = Number(String(await once(listener.stdout, 'data')))
  listener.kill('SIGSTOP')
  const fillers = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  try {
    await once(fillers[0]!, 'connect')
    await use(port)
  } finally {
    for (const filler of fillers) filler.destroy()
    listener.kill('SIGKILL')
  }
}
