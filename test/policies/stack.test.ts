import assert from 'node:assert/strict'
import * as pulumi from '@pulumi/pulumi'
import { registered } from '../mocks.ts'
import { program } from '../program.ts'
import { evaluate, evaluateStack } from '../../policies/evaluate.ts'
import { exceptions } from '../../policies/exceptions.ts'
import { enforced } from '../../policies/rules/admission/enforced.ts'
import { packNamed, rulesOf } from '../../policies/packs.ts'
import { settings } from '../../policies/settings.ts'
import { resource } from './resource.ts'

describe('policies on annex itself', () => {
  // Pods are placed by a transform, which mocks do not call.
  const rules = rulesOf(packNamed('recommended'), settings).filter(({ rule }) => rule.id !== 'tenancy-placement')
  const terms = { settings, exceptions, today: new Date().toISOString().slice(0, 10) }

  // Begins on audit, and is reminded of that until it denies.
  const audited = ['tenant-pods', 'tenant-bindings', 'tenant-taint'].map((name) =>
    `advisory admission-enforced kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding::annex-${name}-validates-binding: spec.validationActions does not hold "Deny". Fix: ${enforced.fix}`)

  for (const { file, found } of [{ file: 'Pulumi.dev.yaml', found: [] }, { file: 'Pulumi.prod.yaml', found: audited }]) {
    it(`finds ${found.length === 0 ? 'nothing' : 'only that admission is on audit'} in the stack of ${file}`, async () => {
      const resources = (await registered(() => program(file))).resources.map(({ type, name, inputs }) => resource(type, withoutSecrets(inputs) as Record<string, unknown>, name))
      const types = new Set(resources.map(({ type }) => type))
      for (const type of [
        'command:remote:Command',
        'kubernetes:core/v1:Namespace',
        'kubernetes:core/v1:PersistentVolume',
      ]) {
        assert.ok(types.has(type), `${type} is not among ${[...types].join(', ')}`)
      }
      assert.deepEqual(
        [...resources.flatMap((it) => evaluate(rules, it, terms)), ...evaluateStack(rules, resources, terms)]
          .filter(({ verdict }) => verdict !== 'excepted')
          .map(({ rule, level, resource: at, message }) => `${level} ${rule.id} ${at.type}::${at.name}: ${message}`),
        found,
      )
    })
  }
})

/** CrossGuard unwraps secrets. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (pulumi.runtime.specialSigKey in value) return withoutSecrets((value as { value?: unknown }).value)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withoutSecrets(field)]))
}
