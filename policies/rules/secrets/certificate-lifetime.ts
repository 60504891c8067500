import { demand, type ResourceRule, unverifiable } from '../../rule.ts'

export const certificateLifetime: ResourceRule = {
  id: 'secrets-certificate-lifetime',
  title: 'No certificate lives longer than 398 days, and no authority longer than ten years.',
  severity: 'medium',
  frameworks: { nsa: ['Network separation and hardening: encryption'] },
  why: 'A key that leaked stays good for as long as its certificate; browsers refuse longer ones.',
  fix: 'Set validityPeriodHours to at most 9552, or 87600 for an authority, and renew before (earlyRenewalHours).',
  url: 'https://cabforum.org/working-groups/server/baseline-requirements/requirements/',
  looksAt: 'inputs',
  about: ['keys'],
  check: ({ type, properties }) => {
    if (!/^tls:index\/(selfSignedCert:SelfSignedCert|locallySignedCert:LocallySignedCert)$/.test(type)) return []
    const [authority, hours] = [properties.get('isCaCertificate'), properties.get('validityPeriodHours').value]
    if (authority.isUnknown && typeof hours === 'number' && hours > 9_552 && hours <= 87_600) return [unverifiable(authority)]
    const longest = properties.get('isCaCertificate').value === true ? 87_600 : 9_552
    return demand(properties.get('validityPeriodHours'), (value) => typeof value === 'number' && value > 0 && value <= longest, `is no number from 1 to ${longest}`)
  },
}
