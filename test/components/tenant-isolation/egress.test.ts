import assert from 'node:assert/strict'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { alwaysClosed, isClosed, openEgress } from '../../../components/tenant-isolation/egress.ts'

/** Addresses close together, so that ranges meet often. */
const address = fc.nat(0x3ff).map((it) => dotted(0x0a000000 + it))
const range = fc.tuple(fc.nat(0x3ff), fc.integer({ min: 21, max: 32 })).map(([it, bits]) => `${dotted(mask(0x0a000000 + it, bits))}/${bits}`)

describe('the egress of a tenant', () => {
  it('opens no address of a closed range, and every other address of the listed ones', () => {
    fc.assert(fc.property(fc.array(range, { maxLength: 4 }), fc.array(range, { maxLength: 6 }), address, (listed, closed, it) => {
      const wanted = listed.some((range) => holds(range, it)) && !closed.some((range) => holds(range, it))
      assert.equal(isOpen(openEgress(listed, closed), it), wanted, `${it} of ${listed} without ${closed}`)
    }), { numRuns: 2000 })
  })

  it('makes blocks that the API server takes: each exception lies within its range, is smaller than it, and is there once', () => {
    fc.assert(fc.property(fc.array(range, { maxLength: 4 }), fc.array(range, { maxLength: 6 }), (listed, closed) => {
      for (const { cidr, except = [] } of openEgress(listed, closed)) {
        assert.equal(new Set(except).size, except.length)
        for (const it of except) assert.ok(bits(it) > bits(cidr) && holds(cidr, it.split('/')[0]!), `${it} in ${cidr}`)
      }
    }))
  })

  it('opens nothing exactly for a range that closed ranges hold, alone or side by side', () => {
    fc.assert(fc.property(range, fc.array(range, { maxLength: 8 }), (listed, closed) => {
      assert.equal(openEgress([listed], closed).length === 0, isClosed(listed, closed))
      const addresses = Array.from({ length: 2 ** (32 - bits(listed)) }, (_, i) => dotted(ipaddr.IPv4.parse(listed.split('/')[0]!).toByteArray().reduce((sum, byte) => sum * 256 + byte, 0) + i))
      assert.equal(isClosed(listed, closed), addresses.every((it) => closed.some((range) => holds(range, it))))
    }), { numRuns: 300 })
  })

  it('never opens the metadata addresses of clouds, not even for a tenant that lists everything', () => {
    const open = openEgress(['0.0.0.0/0'], alwaysClosed.map(({ range }) => range))
    for (const metadata of ['169.254.169.254', '169.254.170.2', '169.254.0.23', '100.100.100.200', '168.63.129.16', '192.0.0.192', '127.0.0.1', '224.0.0.1', '255.255.255.255', '0.0.0.0']) {
      assert.equal(isOpen(open, metadata), false, metadata)
    }
    for (const other of ['1.1.1.1', '100.100.100.201', '168.63.129.17', '169.253.255.255', '169.255.0.0', '192.0.0.193']) assert.equal(isOpen(open, other), true, other)
  })
})

/** What a NetworkPolicy with these blocks lets through, by ipaddr.js alone. */
function isOpen(blocks: { cidr: string; except?: string[] }[], address: string): boolean {
  return blocks.some(({ cidr, except = [] }) => holds(cidr, address) && !except.some((it) => holds(it, address)))
}

function holds(range: string, address: string): boolean {
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(range))
}

function bits(range: string): number {
  return Number(range.split('/')[1])
}

function dotted(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
}

function mask(number: number, bits: number): number {
  return bits === 0 ? 0 : (number & (0xffffffff << (32 - bits))) >>> 0
}
