import assert from 'node:assert/strict'
import type { ResourceValidationPolicy } from '@pulumi/policy'
import { asPolicies } from '../../policies/crossguard.ts'
import { UNKNOWN } from '../../policies/field.ts'
import { settings } from '../../policies/settings.ts'
import { active } from './resource.ts'

/** The policy of a rule, as CrossGuard has it when remediation is on. */
function policyOf(id: string, remediate = true): ResourceValidationPolicy {
  const policies = asPolicies(active(new RegExp(`^${id}$`)), { settings, exceptions: [], remediate })
  return [...policies].find(({ name }) => name === id) as ResourceValidationPolicy
}

function repaired(id: string, type: string, props: Record<string, unknown>): unknown {
  return policyOf(id).remediateResource!({ type, name: 'it', urn: 'urn', props } as never)
}

describe('policies: remediation puts right what needs no decision, and leaves the rest alone', () => {
  it('keeps a container from gaining privileges, whatever it says or leaves out', () => {
    const containers = [{ name: 'a' }, { name: 'b', securityContext: { allowPrivilegeEscalation: true, runAsUser: 5 } }]
    assert.deepEqual(repaired('pods-privilege-escalation', 'kubernetes:core/v1:Pod', { spec: { containers } }), {
      spec: { containers: [{ name: 'a', securityContext: { allowPrivilegeEscalation: false } }, { name: 'b', securityContext: { allowPrivilegeEscalation: false, runAsUser: 5 } }] },
    })
  })

  it('leaves a container alone that the API server would refuse then', () => {
    for (const securityContext of [{ privileged: true }, { privileged: UNKNOWN }, { capabilities: { add: ['CAP_SYS_ADMIN'] } }, { capabilities: { add: [UNKNOWN] } }]) assert.equal(repaired('pods-privilege-escalation', 'kubernetes:core/v1:Pod', { spec: { containers: [{ name: 'a', securityContext }] } }), undefined)
  })

  it('closes a webhook and a binding, and quiets a command', () => {
    assert.deepEqual(repaired('admission-fail-closed', 'kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfiguration', { webhooks: [{ failurePolicy: 'Ignore' }] }), {
      webhooks: [{ failurePolicy: 'Fail' }],
    })
    const paramRef = (action: string) => ({ spec: { paramRef: { name: 'p', parameterNotFoundAction: action } } })
    assert.deepEqual(repaired('admission-fail-closed', 'kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding', paramRef('Allow')), paramRef('Deny'))
    assert.deepEqual(repaired('hosts-quiet-logging', 'command:remote:Command', { create: 'true' }), { create: 'true', logging: 'none' })
  })

  it('changes nothing in what keeps the rule', () => {
    assert.equal(repaired('hosts-quiet-logging', 'command:remote:Command', { logging: 'stderr' }), undefined)
  })

  it('is off unless it is asked for', () => {
    const { enforcementLevel, remediateResource } = policyOf('hosts-quiet-logging', false)
    assert.deepEqual([enforcementLevel, remediateResource], ['mandatory', undefined])
  })
})
