import { demand, type ResourceRule } from '../../rule.ts'
import { connectionsOf } from './connection.ts'

export const retryBudget: ResourceRule = {
  id: 'hosts-retry-budget',
  title: 'Every SSH connection gives up after a while, and says how often it tries.',
  severity: 'low',
  frameworks: {},
  why: 'By default ten dials are made, each without an end of its own: an update hangs for minutes at a host that is gone, and looks like an attack to fail2ban.',
  fix: 'Set dialErrorLimit to at most 5 and perDialTimeout to at most 60 seconds.',
  url: 'https://www.pulumi.com/registry/packages/command/api-docs/remote/command/#connection',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) =>
    connectionsOf(resource).flatMap((connection) => [
      ...demand(connection.get('dialErrorLimit'), (value) => typeof value === 'number' && value >= 1 && value <= 5, 'is not set, or not from 1 to 5'),
      ...demand(connection.get('perDialTimeout'), (value) => typeof value === 'number' && value >= 1 && value <= 60, 'is not set, or not from 1 to 60 seconds'),
    ]),
}
