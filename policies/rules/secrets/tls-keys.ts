import { demand, refuse, type ResourceRule, show, unverifiable } from '../../rule.ts'

export const tlsKeys: ResourceRule = {
  id: 'secrets-tls-keys',
  title: 'Every key that Pulumi makes is strong enough.',
  severity: 'high',
  frameworks: { nsa: ['Network separation and hardening: encryption'] },
  why: "tls.PrivateKey takes the curve P224 when none is given, which browsers and Go's TLS refuse; an RSA key below 2048 bits can be broken.",
  fix: 'Set ecdsaCurve to P256 or more, rsaBits to 2048 or more, or the algorithm to ED25519.',
  url: 'https://www.pulumi.com/registry/packages/tls/api-docs/privatekey/',
  looksAt: 'inputs',
  about: ['keys'],
  check: ({ type, properties }) => {
    if (type !== 'tls:index/privateKey:PrivateKey') return []
    const algorithm = properties.get('algorithm')
    if (algorithm.isUnknown) return [unverifiable(algorithm)]
    if (algorithm.value === 'ECDSA') {
      const curve = properties.get('ecdsaCurve')
      return demand(curve, (value) => ['P256', 'P384', 'P521'].some((it) => it === value), `is ${show(curve.value, ['P224'])}, allowed are P256, P384 and P521`)
    }
    return algorithm.value === 'RSA' ? refuse(properties.get('rsaBits'), (value) => typeof value === 'number' && value >= 2048, 'is less than 2048') : []
  },
}
