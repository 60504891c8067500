import { demand, type ResourceRule, show } from '../../rule.ts'

export const quietLogging: ResourceRule = {
  id: 'hosts-quiet-logging',
  title: 'Every remote command keeps what it prints on stdout out of the log.',
  severity: 'medium',
  frameworks: { nsa: ['Secrets'] },
  why: 'By default the whole output goes into the log of the update, and with it whatever the script printed by mistake; a CI log is read by many.',
  fix: 'Set logging to "none", or to "stderr" where stderr holds progress only.',
  url: 'https://www.pulumi.com/registry/packages/command/api-docs/remote/command/#logging',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) => {
    if (!/^command:(remote|local):Command$/.test(resource.type)) return []
    const logging = resource.properties.get('logging')
    return demand(logging, (value) => value === 'none' || value === 'stderr', `is ${show(logging.value, ['stdout', 'stdoutAndStderr'])}, allowed are "none" and "stderr"`)
  },
  repaired: () => 'none',
}
