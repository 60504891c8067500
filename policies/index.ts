import { PolicyPack } from '@pulumi/policy'
import { exceptions } from './exceptions.ts'
import { asPolicies } from './pack.ts'
import { rules } from './rules/index.ts'

// Mandatory for whatever a policy does not set itself: a rule that is added without a level stops the stack.
new PolicyPack('annex', { policies: asPolicies(rules, exceptions), enforcementLevel: 'mandatory' })
