import { type ResourceRule, unverifiable, violation } from '../../rule.ts'
import { textsOf } from './texts.ts'

/** Settings of KubeletConfiguration and the flags of the same name, with the number of the recommendation. */
const FAULTS: readonly [RegExp, string][] = [
  [/--anonymous-auth(=true|\s|$)|\banonymous:\s*\n?\s*\{?\s*enabled:\s*true/, 'lets anonymous callers in (CIS 4.2.1)'],
  [/--authorization-mode[= ]AlwaysAllow|\bauthorization:\s*\n?\s*\{?\s*mode:\s*["']?AlwaysAllow/, 'allows every caller everything (CIS 4.2.2)'],
  [/--read-only-port[= ][1-9]|\breadOnlyPort:\s*[1-9]/, 'opens the read-only port (CIS 4.2.4)'],
  [/--streaming-connection-idle-timeout[= ]0|\bstreamingConnectionIdleTimeout:\s*["']?0[sm]?["']?\s*$/m, 'keeps idle streams for ever (CIS 4.2.5)'],
  [/--make-iptables-util-chains=false|\bmakeIPTablesUtilChains:\s*false/, 'makes no iptables chains (CIS 4.2.6)'],
  [/--rotate-certificates=false|\brotateCertificates:\s*false/, 'does not rotate its certificate (CIS 4.2.10)'],
  [/RotateKubeletServerCertificate["']?\s*[:=]\s*false/, 'does not rotate its serving certificate (CIS 4.2.11)'],
  [/--event-qps[= ]0\b|\beventRecordQPS:\s*0\b/, 'records events without a limit (CIS 4.2.8)'],
]

export const kubelet: ResourceRule = {
  id: 'hosts-kubelet',
  title: 'Every kubelet asks who calls, and keeps to the settings of the CIS benchmark for worker nodes.',
  severity: 'critical',
  frameworks: { cis: ['4.2.1', '4.2.2', '4.2.4', '4.2.5', '4.2.6', '4.2.8', '4.2.10', '4.2.11'], nsa: ['Authentication and authorization: anonymous requests'] },
  why: "The kubelet's API runs commands in every pod: anonymous, or on the read-only port, it is open to whoever reaches the node.",
  fix: "Leave kubeadm's defaults: anonymous authentication off, authorization by webhook, readOnlyPort 0, iptables chains made by the kubelet, certificates that rotate, a streaming time-out.",
  url: 'https://www.cisecurity.org/benchmark/kubernetes',
  looksAt: 'inputs',
  check: (resource) =>
    textsOf(resource).flatMap((text) => {
      if (text.isUnknown) return [unverifiable(text)]
      if (typeof text.value !== 'string') return []
      const content = text.value
      return FAULTS.filter(([pattern]) => pattern.test(content)).map(([, message]) => violation(text, message))
    }),
}
