import { PolicyPack } from '@pulumi/policy'
import { asPolicies } from './crossguard.ts'
import { exceptions } from './exceptions.ts'
import { type Pack, packNamed, rulesOf } from './packs.ts'
import { settings } from './settings.ts'

// Mandatory for whatever a policy does not set itself: a rule that is added without a level stops the stack.
new PolicyPack('annex', {
  policies: asPolicies(rulesOf(chosenPack(), settings), { settings, exceptions, remediate: process.env['ANNEX_POLICY_REMEDIATE'] === 'true' }),
  enforcementLevel: 'mandatory',
})

/** Not thrown: an uncaught error under the SDK takes the better part of a minute to print. */
function chosenPack(): Pack {
  try {
    return packNamed(process.env['ANNEX_POLICY_PACK'] || 'recommended')
  } catch (error) {
    console.error(`ANNEX_POLICY_PACK: ${(error as Error).message}`)
    process.exit(1)
  }
}
