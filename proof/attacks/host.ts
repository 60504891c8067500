/** Pods that reach for their host, and services for its ports. Benchmark categories: control plane isolation (of pods) and host isolation. */
import { containerSecurity, podSecurity } from '../../apps/render.ts'
import type { Attack } from './attack.ts'
import { pod, podSecuritySays, send, service } from './objects.ts'

const podSecurityLevel = { control: 'pod-security', command: send, expected: 'refused', refusal: podSecuritySays } as const
const quota = { control: 'quota', command: send, expected: 'refused', refusal: 'exceeded quota: tenant' } as const
const secured = (change: object) => pod({}, { securityContext: { ...containerSecurity, ...change } })

export const host: Attack[] = [
  { ...podSecurityLevel, id: 'MTB-PL1-BC-CPI-3/add', title: 'add a capability', input: secured({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } }) },
  { ...podSecurityLevel, id: 'MTB-PL1-BC-CPI-3/keep', title: 'keep the default capabilities', input: secured({ capabilities: undefined }) },
  { ...podSecurityLevel, id: 'MTB-PL1-BC-CPI-4/root', title: 'run as root', input: pod({ securityContext: { ...podSecurity, runAsUser: 0 } }) },
  { ...podSecurityLevel, id: 'MTB-PL1-BC-CPI-4/unsaid', title: 'leave open whether it runs as root', input: pod({ securityContext: { seccompProfile: podSecurity.seccompProfile } }) },
  { ...podSecurityLevel, id: 'MTB-PL1-BC-CPI-5/privileged', title: 'run privileged', input: secured({ privileged: true, allowPrivilegeEscalation: undefined }) },
  { ...podSecurityLevel, id: 'MTB-PL1-BC-CPI-6/escalation', title: 'allow privilege escalation', input: secured({ allowPrivilegeEscalation: true }) },
  { ...podSecurityLevel, id: 'MTB-PL1-BC-HI-1/host-path', title: 'mount a folder of the host', input: pod({ volumes: [{ name: 'host', hostPath: { path: '/' } }] }) },
  { ...podSecurityLevel, id: 'MTB-PL1-BC-HI-3/host-network', title: 'use the host’s network', input: pod({ hostNetwork: true }) },
  { ...podSecurityLevel, id: 'MTB-PL1-BC-HI-3/host-port', title: 'take a port of the host', input: pod({}, { ports: [{ containerPort: 8080, hostPort: 8080 }] }) },
  { ...podSecurityLevel, id: 'MTB-PL1-BC-HI-4/host-pid', title: 'see the host’s processes', input: pod({ hostPID: true }) },
  { ...podSecurityLevel, id: 'MTB-PL1-BC-HI-5/host-ipc', title: 'use the host’s shared memory', input: pod({ hostIPC: true }) },
  { ...podSecurityLevel, id: 'MTB-1198/nfs', title: 'mount storage that is no claim', input: pod({ volumes: [{ name: 'nfs', nfs: { server: '10.0.0.1', path: '/' } }] }) },
  { ...podSecurityLevel, id: 'annex-host/seccomp', title: 'run without a seccomp profile', input: pod({ securityContext: { ...podSecurity, seccompProfile: { type: 'Unconfined' } } }) },

  { ...quota, id: 'MTB-PL1-BC-HI-2/node-port', title: 'open a port on every node', input: service({ type: 'NodePort' }) },
  { ...quota, id: 'MTB-PL1-BC-HI-2/load-balancer', title: 'order a load balancer at the cloud', input: service({ type: 'LoadBalancer' }) },
]
