import { demand, refuse, type ResourceRule } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'
import { argumentsOf, readOf, textsOf } from './texts.ts'

export const caPinned: ResourceRule = {
  id: 'hosts-ca-pinned',
  title: 'Every join pins the certificate authority of the cluster.',
  severity: 'critical',
  frameworks: { nsa: ['Authentication and authorization'] },
  why: 'Without the hash a host joins whoever answers first, and runs what that one says.',
  fix: 'Give caCertHashes (--discovery-token-ca-cert-hash sha256:...), and never the unsafe flag that skips it.',
  url: 'https://kubernetes.io/docs/reference/setup-tools/kubeadm/kubeadm-join/#token-based-discovery-with-ca-pinning',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) => [
    ...documentsOf(resource).flatMap((document) => itemsOf(document, 'join').flatMap((join) => demand(join.get('caCertHashes'), isPinned, 'is not set, or holds what is no hash'))),
    ...textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !joinsUnpinned(value), 'joins a cluster without pinning its certificate authority')),
  ],
}

function isPinned(hashes: unknown): boolean {
  return Array.isArray(hashes) && hashes.length > 0 && hashes.every((hash) => typeof hash === 'string' && /^sha256:[0-9a-f]{64}$/.test(hash))
}

function joinsUnpinned(given: string): boolean {
  const text = readOf(given)
  if (/unsafe-?skip-?ca-?verification["']?(\s*:\s*["']?(true|yes|on)|=(true|t|1)|[\s;&|)"'\\]|$)/i.test(text)) return true
  return argumentsOf(text, 'kubeadm').some((call) => /^(-\S+[ \t]+)*join[ \t]/.test(call) && /--(?:discovery-)?token\b/.test(call) && !/--discovery-token-ca-cert-hash|--config\b|--discovery-file\b/.test(call))
}
