import assert from 'node:assert/strict'
import { systemOf } from '../../proof/checklist/system.ts'
import { settingsOf } from '../settings.ts'

describe('the checklist of a stack', () => {
  const config = settingsOf('Pulumi.dev.yaml')
  const commands: string[] = []
  const run = async (command: string, args: string[]) => {
    commands.push([command, ...args].join(' '))
    return { code: 0, stdout: '', stderr: '' }
  }

  it('asks the host as the stack does: the known hosts, no configuration of a person, its jump host, sudo', async () => {
    const [worker] = config.workers
    const behind = { ...worker!, ssh: { ...worker!.ssh, user: 'debian', port: 2222, jump: { host: '198.51.100.2', port: 22, user: 'root' } } }
    await systemOf({ context: 'c', config: { ...config, workers: [behind] } }, run).onWorker(['nft', 'list'])
    assert.deepEqual(commands, ['ssh -F none -o BatchMode=yes -o UserKnownHostsFile=.lab/ssh/known_hosts'
      + ' -o ProxyCommand=ssh -F none -o BatchMode=yes -o UserKnownHostsFile=.lab/ssh/known_hosts -p 22 -W %h:%p root@198.51.100.2 -p 2222 debian@198.51.100.11 sudo nft list'])
  })

  it('looks for open ports at the public address, and for SSH only where that is the way to it', () => {
    const [worker] = config.workers
    const seen = (ssh: object) => systemOf({ context: 'c', config: { ...config, workers: [{ ...worker!, ssh: { ...worker!.ssh, ...ssh } }] } }, run).worker
    assert.deepEqual([seen({}).publicAddress, seen({}).sshPort], ['198.51.100.11', 22])
    for (const ssh of [{ host: '10.0.0.5' }, { jump: { host: '198.51.100.2', port: 22, user: 'root' } }]) assert.deepEqual([seen(ssh).publicAddress, seen(ssh).sshPort], ['198.51.100.11', undefined])
  })

  it('asks about a worker of the test application’s own pool, and expects its pods in that pool alone', () => {
    const [worker] = config.workers
    const [tenant, other] = config.tenants
    const workers = ['of-another', 'shared', 'dedicated-1', 'dedicated-2'].map((name) => ({ ...worker!, name }))
    const chosen = (dedicatedNodes: string[]) => {
      const { worker: { name }, tenantNodes } = systemOf({ context: 'c', config: { ...config, workers, tenants: [{ ...tenant!, dedicatedNodes }, { ...other!, dedicatedNodes: ['of-another'] }] } }, run)
      return [name, tenantNodes]
    }
    assert.deepEqual(chosen(['dedicated-1', 'dedicated-2']), ['dedicated-1', ['dedicated-1', 'dedicated-2']])
    assert.deepEqual(chosen([]), ['shared', ['shared', 'dedicated-1', 'dedicated-2']])
  })

  it('is refused where the stack has not what it asks about, and says what that is', () => {
    const [first, second] = config.tenants
    const tenants = [first!, { ...second!, registries: [{ name: 'registry.example.org/other' }] }]
    for (const missing of [{ workers: [] }, { iamService: undefined }, { testApplication: undefined }, { tenants: [first!] }, { tenants }]) {
      assert.throws(() => systemOf({ context: 'c', config: { ...config, ...missing } }, run), /annex:workers.*annex:iamService.*annex:testApplication.*second tenant/)
    }
  })
})
