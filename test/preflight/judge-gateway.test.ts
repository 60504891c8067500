import assert from 'node:assert/strict'
import { judgeGateway } from '../../preflight/judge-gateway.ts'

const gateway = { tunnelAddress: '10.100.0.1', cloudAddress: '10.10.0.2' }
const to = '10.10.0.10:6443'
const judge = (direct: boolean, fromTunnel: boolean) => judgeGateway(gateway, '10.100.0.0/24', [
  { to, ok: direct, what: 'Connection refused' },
  { to, from: '10.100.0.1', ok: fromTunnel, what: 'no answer to 10.100.0.1 within 4 s' },
])

describe('preflight of a gateway', () => {
  it('passes where the cloud sends the tunnel’s answers back to it', () => assert.deepEqual(judge(true, true), []))
  it('names the route table entry that is missing', () => assert.match(judge(true, false).join(), /10\.100\.0\.0\/24, next hop 10\.10\.0\.2/))
  it('does not blame the route table where the API server cannot be reached at all', () => assert.doesNotMatch(judge(false, false).join(), /route table/))
})
