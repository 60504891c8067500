import { PolicyPack } from '@pulumi/policy'
import { asPolicies } from './crossguard.ts'
import { exceptions } from './exceptions.ts'
import { packNamed, rulesOf } from './packs.ts'
import { settings } from './settings.ts'

const pack = packNamed(process.env['ANNEX_POLICY_PACK'] || 'recommended')

// Mandatory for whatever a policy does not set itself: a rule that is added without a level stops the stack.
new PolicyPack('annex', { policies: asPolicies(rulesOf(pack, settings), { settings, exceptions, remediate: process.env['ANNEX_POLICY_REMEDIATE'] === 'true' }), enforcementLevel: 'mandatory' })
