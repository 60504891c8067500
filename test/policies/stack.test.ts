import assert from 'node:assert/strict'
import * as pulumi from '@pulumi/pulumi'
import type { Resource } from '../../policies/rule.ts'
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
      const resources = await registered(() => program(file))
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

/** The resources that a program registers, with their inputs, as the pack gets them. */
async function registered(run: () => void): Promise<Resource[]> {
  const resources: Resource[] = []
  const result = {
    section: 'test',
    changed: [],
    unchanged: [],
    outputs: { publicKey: Buffer.alloc(32).toString('base64') },
  }
  await pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs,
    newResource: ({ type, name, inputs }) => {
      resources.push(resource(type, withoutSecrets(inputs), name))
      return { id: name, state: { ...inputs, stdout: JSON.stringify(result) } }
    },
  })
  run()
  await pulumi.runtime.disconnect()
  return resources
}

/** CrossGuard unwraps secrets. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (pulumi.runtime.specialSigKey in value) return withoutSecrets((value as { value?: unknown }).value)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withoutSecrets(field)]))
}
