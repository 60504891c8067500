import assert from 'node:assert/strict'
import type { HostFacts } from '../../host/facts.ts'
import { hostWarnings } from '../../preflight/host-warnings.ts'
import type { Expectations } from '../../preflight/judge-host.ts'
import { facts, wanted } from './good-host.ts'

describe('warnings of a host', () => {
  it('are of a firewall that would close what annex opens, and of nothing else', () => {
    assert.deepEqual(hostWarnings(facts, wanted), [])
    const gateway: Expectations = { ...wanted, worker: false, ports: [{ protocol: 'udp', port: 51820, owners: [] }] }
    const closed: Partial<HostFacts> = {
      closedChains: [
        { program: 'iptables', chain: 'INPUT', hook: 'input', closes: '-j REJECT', opens: ['lo', 'eth*'] },
        { program: 'nft', chain: 'inet fw pass', hook: 'forward', closes: 'policy drop', opens: [] },
        { program: 'nft', chain: 'inet fw in', hook: 'input', closes: 'policy drop', opens: ['wg0'] },
        { program: 'nft', chain: 'ip fw in', hook: 'input', closes: 'policy drop', opens: ['wg*'] },
      ],
    }
    assert.deepEqual(hostWarnings({ ...facts, ...closed }, wanted), [
      "iptables has -j REJECT in INPUT, and annex's own firewall cannot open what it closes: let wg0 and the pods' interfaces through there as well (iptables -I INPUT -i wg0 -j ACCEPT), or take that away",
      "nft has policy drop in inet fw pass, and annex's own firewall cannot open what it closes: let wg0 and the pods' interfaces through there as well (nft insert rule inet fw pass iifname wg0 accept; nft insert rule inet fw pass oifname wg0 accept), or take that away",
    ])
    assert.deepEqual(hostWarnings({ ...facts, ...closed }, gateway).map((text) => /let .*\)/.exec(text)![0]), [
      'let wg0 and UDP port 51820 through there as well (iptables -I INPUT -i wg0 -j ACCEPT; iptables -I INPUT -p udp --dport 51820 -j ACCEPT)',
      'let wg0 through there as well (nft insert rule inet fw pass iifname wg0 accept; nft insert rule inet fw pass oifname wg0 accept)',
    ])
    // Their chains close too.
    const [ufw, firewalld, ...rest] = hostWarnings({ ...facts, ...closed, firewalls: ['ufw', 'firewalld'] }, gateway)
    assert.match(ufw!, /ufw is switched on[^]*ufw allow in on wg0.*ufw allow 51820\/udp/)
    assert.match(firewalld!, /firewall-cmd .*--add-interface=wg0.*--add-port=51820\/udp/)
    assert.deepEqual(rest, [])
  })

  it('are of an uplink that the tunnel\'s packets do not fit through, with the largest that do', () => {
    assert.deepEqual(hostWarnings({ ...facts, uplink: { interface: 'eth0', mtu: 1480 } }, wanted), [])
    assert.match(hostWarnings({ ...facts, uplink: { interface: 'ens4', mtu: 1460 } }, wanted).join(), /ens4 takes packets of 1460 bytes, .* become 1480: set annex:tunnel\.mtu to 1400 at most/)
  })

  it('are of a firewall that counts the dials of SSH, and of no other port\'s', () => {
    const rule = (port: number) => `-A ufw-user-input -p tcp -m tcp --dport ${port} -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j ufw-user-limit`
    assert.deepEqual(hostWarnings({ ...facts, dialLimits: [rule(222), rule(2022)] }, wanted), [])
    assert.match(hostWarnings({ ...facts, dialLimits: [rule(22)] }, wanted).join(), /--dport 22 .*annex dials up to eight times.*ufw insert 1 allow from/)
  })

  it('are of a kubelet whose serving certificate nobody approves: the node is Ready, and its pods\' logs are out of reach', () => {
    const node = { name: 'vps', apiServer: '10.10.0.10:6443', authority: '' }
    assert.deepEqual(hostWarnings({ ...facts, node }, wanted), [])
    assert.match(hostWarnings({ ...facts, node: { ...node, servingUnsigned: true } }, wanted).join(), /kubectl logs.* do not reach vps: see kubectl get csr, then kubectl certificate approve/)
  })
})
