import { type ResourceRule, unverifiable, violation } from '../../rule.ts'
import { connectionsOf } from './connection.ts'

export const hostKey: ResourceRule = {
  id: 'hosts-host-key',
  title: "Every SSH connection checks the host's key, and the jump host's too.",
  severity: 'critical',
  frameworks: { nsa: ['Network separation and hardening'] },
  why: "Without hostKey @pulumi/command accepts any key: whoever sits on the path gets root's script and the join token.",
  fix: 'Set hostKey to the host\'s public key as it is in known_hosts ("ssh-ed25519 AAAA..."), taken from the provider\'s console or over a trusted network.',
  url: 'https://www.pulumi.com/registry/packages/command/api-docs/remote/command/#connection',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) =>
    connectionsOf(resource).flatMap((connection) => {
      const key = connection.get('hostKey')
      if (key.isUnknown) return [unverifiable(key)]
      const isSet = typeof key.value === 'string' && key.value.trim() !== ''
      return isSet ? [] : [violation(key, 'is not set, so any host key is accepted')]
    }),
}
