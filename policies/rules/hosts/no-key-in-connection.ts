import { refuse, type ResourceRule } from '../../rule.ts'
import { connectionsOf } from './connection.ts'

const SECRETS = ['privateKey', 'privateKeyPassword', 'password']

export const noKeyInConnection: ResourceRule = {
  id: 'hosts-no-key-in-connection',
  title: 'No SSH connection carries a private key or a password: the ssh-agent signs.',
  severity: 'critical',
  frameworks: { nsa: ['Authentication and authorization'] },
  why: 'The connection is an input, so what is in it is kept in the state, and with the state it gets to everyone who may read it.',
  fix: 'Remove the field, load the key into an ssh-agent (ssh-add) and let SSH_AUTH_SOCK or agentSocketPath point at it.',
  url: 'https://www.pulumi.com/registry/packages/command/api-docs/remote/command/#connection',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) =>
    connectionsOf(resource).flatMap((connection) =>
      SECRETS.flatMap((name) =>
        refuse(connection.get(name), (value) => value === '', 'is set (its value is not shown)'),
      ),
    ),
}
