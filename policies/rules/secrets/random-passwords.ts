import { demand, type ResourceRule, violation } from '../../rule.ts'

export const randomPasswords: ResourceRule = {
  id: 'secrets-random-passwords',
  title: 'Every password that Pulumi makes is long enough and kept as a secret.',
  severity: 'high',
  frameworks: { nsa: ['Secrets'] },
  why: 'A short one is guessed; random.RandomString and RandomPet show theirs in every preview.',
  fix: 'Use random.RandomPassword with a length of at least 20.',
  url: 'https://www.pulumi.com/registry/packages/random/api-docs/randompassword/',
  looksAt: 'inputs',
  about: ['keys'],
  check: ({ type, name, properties }) => {
    if (type === 'random:index/randomPassword:RandomPassword') return demand(properties.get('length'), (value) => typeof value === 'number' && value >= 20, 'is less than 20')
    if (!/^random:index\/random(String|Pet|Id|Uuid):/.test(type)) return []
    return /(^|[^a-z])(pass(word|wd|phrase)?|pwd|secret|token|credentials?|api-?key)$/i.test(name.replace(/([a-z])([A-Z])/g, '$1-$2')) ? [violation(properties, 'is called like a secret, and is none for Pulumi')] : []
  },
}
