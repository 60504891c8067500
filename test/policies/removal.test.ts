import assert from 'node:assert/strict'
import { readPulumi } from '../../policies/inputs/pulumi.ts'
import { only } from './resource.ts'

const { inPreview } = only(/^(admission-(kept|bound)|tenancy-default-deny)$/)

const state = (type: string, name: string, metadata: object, spec = {}) => ({ urn: `urn:pulumi:prod::annex::kubernetes:${type}::${name}`, type: `kubernetes:${type}`, inputs: { metadata, spec } })
const binding = (name: string, object = name) => state('admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding', name, { name: object }, { policyName: 'p' })
const policy = (name: string) => state('admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy', name, { name })
const closing = (namespace: string, policyTypes = ['Ingress', 'Egress']) => state('networking.k8s.io/v1:NetworkPolicy', `deny-${policyTypes.join('-')}`, { name: 'deny', namespace }, { podSelector: {}, policyTypes })
const namespace = (name: string) => state('core/v1:Namespace', name, { name })

/** What the rules say of `pulumi preview --json`. */
function found(steps: { op: string; oldState?: object; newState?: object }[], changeSummary = {}): string[] {
  const { resources, removed, partial } = readPulumi({ steps, changeSummary } as Parameters<typeof readPulumi>[0])
  return inPreview(resources, { removed, partial })
}

describe('policies: a preview that takes away what holds tenants is refused', () => {
  it('names each admission policy and each binding that goes', () => {
    assert.deepEqual(found([{ op: 'delete', oldState: policy('p') }, { op: 'delete', oldState: binding('b') }, { op: 'delete', oldState: state('core/v1:ConfigMap', 'c', { name: 'c' }) }]), [
      'violation admission-kept p (the whole resource)',
      'violation admission-kept b (the whole resource)',
    ])
  })

  it('names those that change objects too, and leaves alone a patch, whose object stays', () => {
    const kinds = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding']
    const gone = (suffix: string) => found(kinds.map((kind) => ({ op: 'delete', oldState: state(`admissionregistration.k8s.io/v1:${kind}${suffix}`, kind, { name: 'it' }) })))
    assert.deepEqual(gone(''), kinds.map((kind) => `violation admission-kept ${kind} (the whole resource)`))
    assert.deepEqual(gone('Patch'), [])
  })

  it('names one whose replacement has its name, since the old one has to go first', () => {
    assert.deepEqual(found([{ op: 'replace', oldState: binding('b'), newState: binding('b') }]), ['violation admission-kept b (the whole resource)'])
    assert.deepEqual(found([{ op: 'replace', oldState: binding('b', 'b-1'), newState: binding('b', 'b-2') }]), [])
  })

  it('leaves alone what was replaced before, what stays in the cluster, and what comes back', () => {
    assert.deepEqual(found([{ op: 'delete', oldState: { ...binding('b'), delete: true } }, { op: 'delete', oldState: { ...binding('c'), retainOnDelete: true } }]), [])
    assert.deepEqual(found([{ op: 'delete', oldState: binding('b') }, { op: 'create', newState: binding('b') }]), [])
    assert.deepEqual(found([{ op: 'delete-replaced', oldState: binding('b', 'b-1') }]), [])
  })

  it('names the default-deny that goes from a namespace that stays', () => {
    const removal = { op: 'delete', oldState: closing('a') }
    assert.deepEqual(found([removal]), ['violation tenancy-default-deny deny-Ingress-Egress (the whole resource)'])
    assert.deepEqual(found([removal, { op: 'delete', oldState: namespace('a') }]), [])
    assert.deepEqual(found([removal, { op: 'create', newState: closing('a', ['Egress', 'Ingress']) }]), [])
    assert.deepEqual(found([{ op: 'delete', oldState: closing('kube-system') }]), [])
    assert.deepEqual(found([{ op: 'same', newState: namespace('a') }, removal]), ['violation tenancy-default-deny a metadata.name'])
  })

  it('calls nothing missing that may stay as it is, where the preview leaves such resources out', () => {
    const step = { op: 'update', newState: namespace('a') }
    assert.deepEqual(found([step], { update: 1 }), ['violation tenancy-default-deny a metadata.name'])
    assert.deepEqual(found([step], { update: 1, same: 3 }), ['unverifiable tenancy-default-deny a metadata.name'])
    assert.deepEqual(found([step, { op: 'same', newState: closing('a') }], { update: 1, same: 1 }), [])
    assert.deepEqual(found([{ op: 'create', newState: policy('p') }], { create: 1, same: 1 }), ['unverifiable admission-bound p metadata.name'])
  })

  it('judges each resource once, also where the steps of a replacement are shown', () => {
    const { resources } = readPulumi({ steps: [{ op: 'create-replacement', newState: policy('p') }, { op: 'replace', newState: policy('p') }, { op: 'delete-replaced', oldState: policy('p') }] })
    assert.equal(resources.length, 1)
  })
})
