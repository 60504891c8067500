import { demand, type ResourceRule } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'

export const repositoryKey: ResourceRule = {
  id: 'hosts-repository-key',
  title: 'Every package repository of a host is trusted by its key, and by nothing else.',
  severity: 'critical',
  frameworks: { nsa: ['Supply chain: packages'] },
  why: 'Without the key apt takes whatever the mirror or the path to it gives.',
  fix: 'Give the repository its armored public key; annex writes it as signed-by for that repository only.',
  url: 'https://wiki.debian.org/SecureApt',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) =>
    documentsOf(resource).flatMap((document) =>
      itemsOf(document, 'repository').flatMap((item) => demand(item.get('key'), (value) => typeof value === 'string' && value.includes('BEGIN PGP PUBLIC KEY BLOCK'), 'is no armored public key')),
    ),
}
