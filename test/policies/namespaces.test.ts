import assert from 'node:assert/strict'
import { UNKNOWN } from '../../policies/field.ts'
import { only, resource } from './resource.ts'

const { evaluateAll, findings } = only(/^(namespaces-pod-security-labels|secrets-.*)$/)

const TYPE = 'kubernetes:core/v1:Namespace'
const ENFORCE = 'pod-security.kubernetes.io/enforce'
const VERSION = 'pod-security.kubernetes.io/enforce-version'
const RULE = 'namespaces-pod-security-labels'

const namespace = (labels?: unknown) => ({ metadata: { name: 'it', ...(labels === undefined ? {} : { labels }) } })

describe('policies/namespaces: every namespace has a pinned Pod Security level', () => {
  for (const level of ['baseline', 'restricted']) {
    it(`passes ${level}, pinned`, () => {
      assert.deepEqual(findings(TYPE, namespace({ [ENFORCE]: level, [VERSION]: 'v1.36' })), [])
    })
  }

  it('refuses a namespace without labels, naming both', () => {
    const both = [`violation ${RULE} metadata.labels["${ENFORCE}"]`, `violation ${RULE} metadata.labels["${VERSION}"]`]
    assert.deepEqual(findings(TYPE, namespace()), both)
    assert.deepEqual(findings(TYPE, {}), both)
  })

  for (const [level, shown] of [
    ['privileged', '"privileged"'],
    ['Restricted', 'a value that is not shown'],
    [null, 'not set'],
  ] as const) {
    it(`refuses the level ${level}, and says so`, () => {
      const [finding] = evaluateAll(resource(TYPE, namespace({ [ENFORCE]: level, [VERSION]: 'v1.36' })))
      assert.ok(
        finding?.message.startsWith(
          `metadata.labels["${ENFORCE}"] is ${shown}, allowed are "baseline" and "restricted". Fix: `,
        ),
        finding?.message,
      )
    })
  }

  for (const version of ['latest', '1.36', 'v1.36.3', undefined]) {
    it(`refuses the version ${version}, which pins nothing or is no minor`, () => {
      assert.deepEqual(findings(TYPE, namespace({ [ENFORCE]: 'restricted', [VERSION]: version })), [
        `violation ${RULE} metadata.labels["${VERSION}"]`,
      ])
    })
  }

  it('says unverifiable for labels that the preview does not know', () => {
    const [first] = findings(TYPE, namespace({ [ENFORCE]: UNKNOWN, [VERSION]: 'v1.36' }))
    assert.equal(first, `unverifiable ${RULE} metadata.labels["${ENFORCE}"]`)
    assert.equal(findings(TYPE, namespace(UNKNOWN))[0], `unverifiable ${RULE} metadata.labels`)
  })

  it('lets a Patch alone that sets other labels, and judges one that sets these', () => {
    const patch = `${TYPE}Patch`
    assert.deepEqual(findings(patch, namespace({ team: 'a' })), [])
    assert.deepEqual(findings(patch, namespace()), [])
    assert.deepEqual(findings(patch, namespace({ [ENFORCE]: 'restricted' })), [])
    assert.deepEqual(findings(patch, namespace({ [ENFORCE]: 'privileged' })), [
      `violation ${RULE} metadata.labels["${ENFORCE}"]`,
    ])
    assert.deepEqual(findings(patch, namespace({ [ENFORCE]: null })), [
      `violation ${RULE} metadata.labels["${ENFORCE}"]`,
    ])
    assert.deepEqual(findings(patch, namespace({ [VERSION]: 'latest' })), [
      `violation ${RULE} metadata.labels["${VERSION}"]`,
    ])
    assert.equal(findings(patch, namespace(UNKNOWN))[0], `unverifiable ${RULE} metadata.labels`)
  })

  it('sees the namespaces of a list', () => {
    assert.equal(findings(`${TYPE}List`, { items: [{}] }).length, 2)
  })
})
