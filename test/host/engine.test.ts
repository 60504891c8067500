/** What the host engine hands to @pulumi/command. */
import assert from 'node:assert/strict'
import * as pulumi from '@pulumi/pulumi'
import type { HostDocument } from '../../host/engine.ts'

const connection = { host: '198.51.100.11', port: 22, user: 'root', hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ5dGVz' }
const document: HostDocument = { section: 'worker', items: [{ kind: 'sysctl', key: 'net.ipv4.ip_forward', value: '1' }] }
const token = 'abcdef.0123456789abcdef'

// How a secret looks on its way to the engine.
const special = '4dabf18193072939515e22adb298388d'
const secret = '1b47061264138c4ac30d75fd1eb44270'

const node = { nodeName: 'vps', context: 'cloud' }

interface Registered { type: string; name: string; inputs: Record<string, any> }

describe('the host engine under Pulumi', () => {
  let registered: Registered[]
  let HostSection: typeof import('../../host/engine.ts').HostSection
  let HostJoin: typeof import('../../host/engine.ts').HostJoin
  let HostIdentity: typeof import('../../host/engine.ts').HostIdentity

  beforeEach(async () => {
    registered = []
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs })
        const stdout = JSON.stringify({ section: 'worker', changed: [], unchanged: [], outputs: { publicKey: 'a public key' } })
        return { id: name, state: type === 'command:remote:Command' ? { ...inputs, stdout, stderr: '' } : inputs }
      },
      call: () => ({}),
    }, 'annex', 'test')
    ;({ HostSection, HostJoin, HostIdentity } = await import('../../host/engine.ts'))
  })

  const commands = () => registered.filter(({ type }) => /^command:(local|remote):Command$/.test(type))

  it('checks the host key, dials a bounded number of times and passes no environment, in every session', async () => {
    const section = new HostSection('worker', { connection: { ...connection, jump: { ...connection, host: '198.51.100.2', port: 2222, user: 'jump' } }, document })
    await settled(section.result)
    const [undo, converge] = commands()
    const to = plain(converge!.inputs['connection'])
    assert.deepEqual([to, to.proxy].map(({ host, port, user }) => [host, port, user]), [['198.51.100.11', 22, 'root'], ['198.51.100.2', 2222, 'jump']])
    for (const end of [to, to.proxy]) {
      assert.equal(end.hostKey, connection.hostKey)
      assert.ok(end.dialErrorLimit <= 3 && end.perDialTimeout <= 15)
      assert.ok(!('privateKey' in end) && !('password' in end))
    }
    for (const { inputs } of [undo!, converge!]) {
      assert.equal(inputs['addPreviousOutputInEnv'], false)
      assert.equal(inputs['environment'], undefined)
    }
  })

  it('has its removal in the state before it changes anything, so that a run that failed can be undone', async () => {
    await settled(new HostSection('worker', { connection, document }).result)
    const [undo, converge] = commands()
    assert.deepEqual([undo!.name, undo!.inputs['create'], undo!.inputs['update'], undo!.inputs['delete']], ['worker-undo', undefined, undefined, 'node host/undo.ts'])
    assert.deepEqual(JSON.parse(undo!.inputs['stdin']), { connection, section: 'worker', owner: 'annex/test worker' })
    assert.deepEqual([converge!.name, converge!.inputs['delete']], ['worker-converge', undefined])
    assert.equal(converge!.inputs['create'], converge!.inputs['update'])
  })

  it('shows a reviewer the document, item by item', async () => {
    await settled(new HostSection('worker', { connection, document }).result)
    assert.deepEqual(registered.find(({ type }) => type === 'annex:host:HostSection')!.inputs['document'], document)
    assert.ok(commands()[1]!.inputs['stdin'].endsWith(`${JSON.stringify({ ...document, owner: 'annex/test worker' }, null, 2)}\n`))
  })

  it('runs a section again that was found changed by hand, by a generation of its own or of those that are not there, an identity too', async () => {
    const generations = { bySection: { worker: 4, 'identity-wg0': 5 }, others: 7 }
    const another = { ...document, section: 'another' }
    for (const asked of [document, another]) await settled(new HostSection(asked.section, { connection, document: asked, generations }).result)
    await settled(new HostIdentity('key', { connection, interface: 'wg0', generations }).publicKey)
    const asked = commands().filter(({ name }) => name.endsWith('-converge')).map(({ inputs }) => documentOf(inputs['stdin']))
    assert.deepEqual(asked.map(({ section, generation }) => [section, generation]), [['worker', 4], ['another', 7], ['identity-wg0', 5]])
  })

  it('gives the public key of an identity, and registers no key of any kind', async () => {
    const identity = new HostIdentity('key', { connection, interface: 'wg0' })
    assert.equal(await settled(identity.publicKey), 'a public key')
  })

  it('has a join\'s token as a secret on standard input and nowhere else', async () => {
    const join = new HostJoin('join', { connection, document, node, token })
    await settled(join.result)
    const holders = registered.filter(({ inputs }) => JSON.stringify(inputs).includes(token))
    assert.equal(commands().at(-1)!.inputs['stdin'][special], secret)
    assert.deepEqual(holders.map(({ type, inputs }) => [type, Object.keys(inputs).filter((key) => JSON.stringify(inputs[key]).includes(token))]), [['command:remote:Command', ['stdin']]])
  })

  it('has the node\'s removal in the state before the join, which may register a node and fail all the same', async () => {
    await settled(new HostJoin('join', { connection, document, node, token }).result)
    assert.deepEqual(commands().map(({ name }) => name.replace(/[0-9a-f]{8}$/, 'run')), ['join-undo', 'vps-removal-drain', 'join-run'])
    assert.deepEqual(commands()[1]!.inputs['environment'], { NODE: 'vps', CONTEXT: 'cloud' })
  })

  it('undoes a join as the owner that it was made by', async () => {
    await settled(new HostJoin('join', { connection, document, node, token }).result)
    const [undo, , run] = commands()
    assert.equal(JSON.parse(undo!.inputs['stdin']).owner, 'annex/test join')
    assert.equal(documentOf(plain(run!.inputs['stdin'])).owner, 'annex/test join')
  })

  it('runs a join again for a changed document, on a host that was installed anew, and not for a new token', async () => {
    const nameOf = async (changed: HostDocument, other: string, host = {}) => {
      registered = []
      await settled(new HostJoin('join', { connection, document: changed, node, token: other, ...host }).result)
      return commands().at(-1)!.name
    }
    const first = await nameOf(document, token)
    assert.equal(await nameOf(document, 'ghijkl.0123456789abcdef'), first)
    assert.notEqual(await nameOf({ ...document, items: [] }, token), first)
    assert.notEqual(await nameOf(document, token, { generations: { bySection: { another: 1 }, others: 7 } }), first)
    assert.notEqual(await nameOf(document, token, { connection: { ...connection, hostKey: `${connection.hostKey}a` } }), first)
  })

  it('refuses a document with faults before any session is described', () => {
    assert.throws(() => new HostJoin('join', { connection, document: { section: 'Wrong', items: [] }, node, token }), /document.section/)
    assert.throws(() => new HostSection('worker', { connection: { ...connection, hostKey: '' }, document }), /connection.hostKey/)
  })
})

function plain(value: any): any {
  return value[special] === secret ? value.value : value
}

/** What stands behind the script. */
function documentOf(stdin: string): any {
  return JSON.parse(stdin.slice(stdin.indexOf('{')))
}

function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => { output.apply(resolve) })
}
