import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import ipaddr from 'ipaddr.js'
import { fabric, hosts, namespaces, ranges } from '../../lab/topology.ts'

const links = namespaces.flatMap(({ name, links }) => links.map((link) => ({ ...link, namespace: name })))
const inside = (address: string, range: string) => ipaddr.parse(address).match(ipaddr.parseCIDR(range))

describe("the lab's network, as described", () => {
  it('gives no address twice', () => {
    const addresses = [fabric.internetRouter, ...links.map(({ address }) => address)]
    assert.deepEqual([...new Set(addresses)], addresses)
  })

  it('puts every address into the range of its wire', () => {
    const wires = { inet: ranges.internet, cloud: ranges.cloudNodes, lan: '172.31.12.0/24' }
    for (const { address, wire, namespace } of links) assert.ok(inside(address, wires[wire]), `${namespace}: ${address} is not in ${wires[wire]}`)
  })

  it('sends every packet to a router that is a neighbour', () => {
    for (const { name, links: own, routes } of namespaces) {
      for (const { via } of routes) assert.ok(own.some(({ address, prefix }) => inside(via, `${address}/${prefix}`)), `${name}: ${via}`)
    }
  })

  it('stays away from the ranges that packages are downloaded through', () => {
    for (const { address } of links) for (const taken of ['192.0.2.0/24', '203.0.113.0/24']) assert.ok(!inside(address, taken), address)
  })

  it('is what docs/architecture.md tells people', () => {
    const page = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8')
    for (const { namespace, address } of links) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${namespace}\``))
      assert.ok(row?.includes(address), `${namespace} has ${address}, but its row says: ${row}`)
    }
  })

  it('reaches every host at an address that some namespace of the lab answers for', () => {
    for (const { name, address } of Object.values(hosts)) assert.ok(links.some((link) => link.address === address), name)
  })
})
