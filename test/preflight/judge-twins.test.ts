import assert from 'node:assert/strict'
import { judgeTwins } from '../../preflight/judge-twins.ts'

describe('preflight of all hosts', () => {
  it('finds one host under two names, which two documents would change by turns', () => {
    const [a, b] = ['a'.repeat(32), 'b'.repeat(32)]
    assert.deepEqual(judgeTwins([{ name: 'gateway', machineId: a }, { name: 'vps-1', machineId: b }]), [])
    const faults = judgeTwins([{ name: 'gateway', machineId: a }, { name: 'vps-1', machineId: b }, { name: 'vps-2', machineId: b }])
    assert.equal(faults.length, 1)
    assert.match(faults[0]!, /^vps-2: its machine id b{32} is that of vps-1 too[^]*systemd-machine-id-setup/)
  })
})
