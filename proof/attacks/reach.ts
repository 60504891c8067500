/** Reaching from a pod for what is not the tenant's: others' pods, nodes, the control plane, the tunnel, the cloud. */
import type { ExecAttack } from './inside.ts'

/** What a firewall that rejects or drops looks like from inside. */
const kept = { expected: 'refused', control: 'network-policy', refusal: 'refused|timed out|unreachable|No route' } as const

const connect = (host: string, port: string | number) => `nc -w 3 ${host} ${port} -e /bin/true && echo connected`
/** The node's firewall holds every pod; where the host's network is in reach, the same script goes out from there. */
const connect6 = (host: string, port: string | number) => `host=/host/proc/1/ns/net; if [ -e $host ]; then nsenter --net=$host ${connect(`${host}%cni0`, port)}; else ${connect(`${host}%eth0`, port)}; fi`
const noEtcd = 'no etcd answers where the API server is: the cloud shows it to nobody'
const noSsh = 'no sshd answers there on port 22'
const noIpv6 = 'pods have no IPv6 here'

export const reach: ExecAttack[] = [
  { ...kept, id: 'MTB-1201/pod', title: 'reach another tenant’s pod', script: connect('{neighbour}', 8080) },
  { ...kept, id: 'MTB-1201/service', title: 'reach another tenant’s service by its address', script: connect('{neighbourService}', 80) },
  { ...kept, id: 'MTB-1201/name', title: 'reach it by its name', script: connect('{neighbourName}', 80) },
  { ...kept, id: 'MTB-1201/unprotected', title: 'reach a pod that nothing protects, so that only one’s own way out is closed', script: connect('{stranger}', 8080) },
  { ...kept, id: 'MTB-1201/inwards', title: 'reach the tenant’s pod from outside, where nothing keeps one in', from: 'outsider', script: connect('{own}', 8080) },
  { ...kept, id: 'annex-reach/node-port', title: 'reach a node port', script: connect('{node}', '{nodePort}') },
  { ...kept, id: 'annex-reach/other-node-port', title: 'reach the same port on another node', script: connect('{otherNode}', '{nodePort}') },
  { id: 'annex-reach/names', expected: 'refused', control: 'dns', refusal: 'NXDOMAIN|can\'t resolve', title: 'find out by DNS that another tenant’s service is there', script: 'nslookup {neighbourName} 2>&1 | grep -A2 "^Name"', unbounded: 'all pods share the cluster’s DNS, which answers everybody; what it names is closed' },

  { ...kept, id: 'annex-reach/kubelet', title: 'reach the kubelet of one’s own node', script: connect('{node}', 10250) },
  { ...kept, id: 'annex-reach/other-kubelet', title: 'reach the kubelet of another node', script: connect('{otherNode}', 10250) },
  { ...kept, id: 'annex-reach/ssh', title: 'reach the sshd of one’s own node, over the tunnel’s address', script: connect('{node}', '{sshPort}') },
  { ...kept, id: 'annex-reach/ssh-public', title: 'reach it at the node’s public address', script: connect('{nodePublic}', '{sshPort}') },
  { ...kept, id: 'annex-reach/ssh-other', title: 'reach the sshd of another node', script: connect('{otherNode}', 22), mayBeAbsent: noSsh },
  { ...kept, id: 'annex-reach/api-private', title: 'reach the API server at its private endpoint', script: connect('{apiHost}', '{apiPort}') },
  { ...kept, id: 'annex-reach/api-public', title: 'reach the API server at its public endpoint', script: connect('{publicApiHost}', '{publicApiPort}') },
  { ...kept, id: 'annex-reach/api-service', title: 'reach the API server through its service', script: connect('{apiService}', 443) },
  { ...kept, id: 'annex-reach/etcd', title: 'reach etcd', script: connect('{apiHost}', 2379), mayBeAbsent: noEtcd },
  { ...kept, id: 'annex-reach/api-ssh', title: 'reach an sshd of the control plane', script: connect('{apiHost}', 22), mayBeAbsent: noSsh },

  { ...kept, id: 'annex-reach/tunnel', title: 'reach the gateway’s sshd at its tunnel address', script: connect('{gatewayTunnel}', 22), mayBeAbsent: noSsh },
  { ...kept, id: 'annex-reach/tunnel-ping', title: 'ping the gateway at its tunnel address', refusal: '100% packet loss|permission denied', script: 'ping -c 2 -W 2 {gatewayTunnel} | grep loss; ping -c 1 -W 2 {gatewayTunnel} >/dev/null' },
  { ...kept, id: 'annex-reach/gateway-private', title: 'reach the gateway’s sshd from inside the cloud', script: connect('{gatewayCloud}', 22), mayBeAbsent: noSsh },
  { ...kept, id: 'annex-reach/gateway-public', title: 'reach the gateway’s sshd at its public address', script: connect('{gatewayPublic}', 22), mayBeAbsent: noSsh },
  { ...kept, id: 'annex-reach/metadata', title: 'reach the cloud’s metadata', script: connect('169.254.169.254', 80), mayBeAbsent: 'this provider has no metadata service' },

  { ...kept, id: 'annex-reach/ipv6-pod', control: 'node-firewall', title: 'reach another tenant’s pod on the same node over IPv6', script: connect6('{neighbour6}', 8080), mayBeAbsent: noIpv6 },
  { ...kept, id: 'annex-reach/ipv6-kubelet', control: 'node-firewall', title: 'reach the kubelet of one’s own node over IPv6', script: connect6('{node6}', 10250), mayBeAbsent: noIpv6 },

  { id: 'annex-reach/spoof-address', expected: 'refused', control: 'pod-security', refusal: 'not permitted', title: 'take another pod’s address as one’s own', script: 'ip address add {stranger}/32 dev eth0 && ip address del {stranger}/32 dev eth0' },
  { id: 'annex-reach/spoof-raw', expected: 'refused', control: 'pod-security', refusal: 'not permitted|denied', title: 'send a packet with somebody else’s source address (CAP_NET_RAW)', script: 'timeout 4 arping -c 1 -w 1 -s {stranger} -I eth0 {gatewayOfPods} >/tmp/arping 2>&1; grep -E "^Sent|ARPING|not permitted|denied" /tmp/arping | head -1; ! grep -qE "not permitted|denied" /tmp/arping' },
  { id: 'annex-reach/token', expected: 'refused', control: 'service-account', refusal: 'No such file', title: 'find a token of the API server in the pod', script: 'cat /var/run/secrets/kubernetes.io/serviceaccount/token >/dev/null && echo found' },
]
