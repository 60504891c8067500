import assert from 'node:assert/strict'
import fc from 'fast-check'
import { nodePoolLabel, nodePoolPlacement } from '../../../components/tenant-placement/node-pools.ts'
import { otherPlacement, type Placement, placePod, type PodSpec, tenantPlacement, type Toleration } from '../../../components/tenant-placement/place-pod.ts'
import { nodes, pods } from './arbitrary.ts'
import { selects, tolerates } from './scheduler.ts'

const runs = { numRuns: 3000 }
const placements: Record<string, Placement> = { tenant: tenantPlacement, 'tenant in a pool': nodePoolPlacement('a'), 'everybody else': otherPlacement }

/** Whether the node is one that the placement is for, told from the placement's meaning. */
const isMeant: Record<string, (labels: Record<string, string>) => boolean> = {
  tenant: (labels) => labels['paas-tier'] === 'tenant',
  'tenant in a pool': (labels) => labels['paas-tier'] === 'tenant' && labels[nodePoolLabel] === 'a',
  'everybody else': (labels) => labels['node-type'] !== 'vps',
}

describe('placePod', () => {
  for (const [name, placement] of Object.entries(placements)) {
    describe(`for the placement of ${name}`, () => {
      it('lets a pod onto exactly those nodes that it selected before and that are meant for it', () => {
        fc.assert(fc.property(pods, nodes, (pod, node) => {
          const { spec } = placePod(pod, placement)
          if (spec !== undefined) assert.equal(selects(spec, node), selects(pod, node) && isMeant[name]!(node.labels))
        }), runs)
      })

      it('adds no toleration but its own, and loses none', () => {
        fc.assert(fc.property(pods, nodes, (pod, { taints }) => {
          const { spec } = placePod(pod, placement)
          if (spec === undefined) return
          for (const taint of taints) assert.equal(tolerates(spec.tolerations, taint), tolerates(pod.tolerations, taint) || tolerates(placement.tolerations, taint))
        }), runs)
      })

      it('refuses only what could run on no node that is meant for it', () => {
        fc.assert(fc.property(pods, nodes, (pod, node) => {
          const { error } = placePod(pod, placement)
          if (error !== undefined) assert.ok(!(selects(pod, node) && isMeant[name]!(node.labels)), error)
        }), runs)
      })

      it('places twice as once', () => {
        fc.assert(fc.property(pods, (pod) => {
          const once = placePod(pod, placement)
          if (once.spec !== undefined) assert.deepEqual(placePod(once.spec, placement), once)
        }), runs)
      })
    })
  }

  it('answers any value, and changes none that it is given', () => {
    fc.assert(fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true }), (value) => {
      const copy = structuredCopy(value)
      const { spec, error } = placePod(value as PodSpec, tenantPlacement)
      assert.ok((spec === undefined) !== (error === undefined))
      assert.deepEqual(structuredCopy(value), copy)
    }), runs)
  })

  it('answers a pod in which any one field has any value', () => {
    const anything = fc.anything({ withNullPrototype: true, withBigInt: true })
    const damaged = fc.tuple(pods, fc.constantFrom('nodeName', 'nodeSelector', 'tolerations', 'affinity'), anything).map(([pod, key, value]) => ({ ...pod, [key]: value }))
    const affinity = fc.tuple(fc.constantFrom('required', 'preferred'), anything).map(([name, value]) => ({ affinity: { nodeAffinity: { [`${name}DuringSchedulingIgnoredDuringExecution`]: value } } }))
    const terms = anything.map((value) => ({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: value } } } }))
    fc.assert(fc.property(fc.oneof(damaged, affinity, terms), (pod) => {
      const { spec, error } = placePod(pod as PodSpec, tenantPlacement)
      assert.ok((spec === undefined) !== (error === undefined))
    }), runs)
  })

  const malformed: [string, unknown, RegExp][] = [
    ['no pod spec', null, /malformed at the pod spec: expected object, received null/],
    ['a list for a pod spec', [], /malformed at the pod spec: expected object, received array/],
    ['a label that is no string', { nodeSelector: { disk: true } }, /malformed at nodeSelector\.disk: expected string, received boolean/],
    ['a null toleration', { tolerations: [null] }, /malformed at tolerations\[0\]: expected object, received null/],
    ['tolerations that are no list', { tolerations: {} }, /malformed at tolerations: expected array/],
    ['terms that are no list', { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: {} } } } }, /malformed at affinity\.nodeAffinity\.required\w+\.nodeSelectorTerms: expected array/],
    ['a preference of no weight', { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ preference: {} }] } } }, /malformed at affinity\.nodeAffinity\.preferred\w+\[0\]\.weight: expected number/],
    ['a null term', { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [null] } } } }, /nodeSelectorTerms\[0\]: expected object, received null/],
  ]
  for (const [what, spec, message] of malformed) {
    it(`answers ${what} with an error that says where`, () => {
      assert.match(placePod(spec as PodSpec, tenantPlacement).error!, message)
    })
  }

  it('reports every fault at once', () => {
    const { error } = placePod({ nodeName: 'cloud-1', nodeSelector: { 'paas-tier': 'platform' } }, tenantPlacement)
    assert.match(error!, /nodeName=cloud-1.*paas-tier=platform/)
  })

  it('takes null for a field that is not set, as Kubernetes does', () => {
    const { spec } = placePod({ nodeSelector: null, tolerations: null, affinity: null } as unknown as PodSpec, tenantPlacement)
    assert.deepEqual(spec, placePod({}, tenantPlacement).spec)
  })

  it('changes nothing that is not about placement', () => {
    const { spec } = placePod({ containers: [{ name: 'c' }], affinity: { podAntiAffinity: { kept: true } }, dnsPolicy: 'Default' }, tenantPlacement)
    assert.deepEqual(spec?.containers, [{ name: 'c' }])
    assert.deepEqual(spec?.affinity?.podAntiAffinity, { kept: true })
    assert.equal(spec?.dnsPolicy, 'Default')
  })

  it('refuses a nodeName, which no scheduler looks at', () => {
    assert.match(placePod({ nodeName: 'cloud-1' }, tenantPlacement).error!, /nodeName=cloud-1/)
    assert.equal(placePod({ nodeName: '' }, tenantPlacement).error, undefined)
  })

  it('names both sides of a nodeSelector that contradicts the placement', () => {
    const { error } = placePod({ nodeSelector: { 'paas-tier': 'platform' } }, tenantPlacement)
    assert.match(error!, /paas-tier=platform.*paas-tier=tenant/)
  })

  it('names both sides of an affinity that can never match, and accepts one of which a term still can', () => {
    const terms = (...values: string[]) => ({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: values.map((it) => ({ matchExpressions: [{ key: 'paas-tier', operator: 'In', values: [it] }] })) } } } })
    assert.match(placePod(terms('x', 'y'), tenantPlacement).error!, /nodeSelectorTerms\[0\]\) asks for paas-tier=x, its placement needs paas-tier=tenant.*nodeSelectorTerms\[1\]/)
    assert.equal(placePod(terms('x', 'tenant'), tenantPlacement).error, undefined)
  })

  it('refuses a label without a value, which is another value than the placement’s', () => {
    assert.match(placePod({ nodeSelector: { 'paas-tier': '' } }, tenantPlacement).error!, /paas-tier=, its placement needs paas-tier=tenant/)
  })

  const tier = (operator: string, ...values: string[]) => ({ key: 'paas-tier', operator, values })
  const pool = (operator: string, value: string) => ({ key: nodePoolLabel, operator, values: [value] })
  const vps = (...values: string[]) => ({ key: 'node-type', operator: 'In', values })
  const inPool7 = nodePoolPlacement('7')
  const terms: [string, Placement, { key: string; operator: string; values?: string[] }[][], RegExp | undefined][] = [
    ['that wants nodes without the label', tenantPlacement, [[{ key: 'paas-tier', operator: 'DoesNotExist' }]], /asks for paas-tier DoesNotExist, its placement needs paas-tier=tenant/],
    ['that wants every other value', tenantPlacement, [[tier('NotIn', 'tenant', 'x')]], /asks for paas-tier NotIn \[tenant, x\]/],
    ['that wants a number where there is none', tenantPlacement, [[tier('Gt', '5')]], /asks for paas-tier Gt \[5\]/],
    ['whose last expression contradicts', tenantPlacement, [[tier('Exists'), { key: 'disk', operator: 'Exists' }, tier('In', 'x')]], /asks for paas-tier=x/],
    ['with an empty term, which matches nothing, beside one that contradicts', tenantPlacement, [[], [tier('In', 'x')]], /nodeSelectorTerms\[1\]\) asks for paas-tier=x/],
    ['that wants more than the number of the pool', inPool7, [[pool('Gt', '7')]], /Gt \[7\]/],
    ['that wants more than a number below it', inPool7, [[pool('Gt', '-1')]], undefined],
    ['that wants less than a number of more digits', inPool7, [[pool('Lt', '10')]], undefined],
    ['that wants one of several values', tenantPlacement, [[tier('In', 'tenant', 'x')]], undefined],
    ['of an operator that only the API server can judge', tenantPlacement, [[tier('Near', 'x')]], undefined],
    ['that wants only what is kept free', otherPlacement, [[vps('vps')]], /asks for node-type=vps, its placement needs node-type NotIn \[vps\]/],
    ['that wants what is kept free or something else', otherPlacement, [[vps('vps', 'cloud')]], undefined],
  ]
  for (const [what, placement, expressions, error] of terms) {
    it(`${error ? 'refuses' : 'takes'} an affinity ${what}`, () => {
      const nodeSelectorTerms = expressions.map((matchExpressions) => ({ matchExpressions }))
      const placed = placePod({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } }, placement)
      if (error) assert.match(placed.error ?? 'placed', error)
      else assert.equal(placed.error, undefined)
    })
  }

  it('keeps what a pod prefers, and its own demands before those of the placement', () => {
    const own = { matchExpressions: [{ key: 'disk', operator: 'Exists' }] }
    const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [own] }, preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: own }] }
    const placed = (placement: Placement) => placePod({ affinity: { nodeAffinity } }, placement).spec!.affinity!.nodeAffinity!
    const vps = { weight: 100, preference: { matchExpressions: [{ key: 'node-type', operator: 'In', values: ['vps'] }] } }
    assert.deepEqual(placed(tenantPlacement).preferredDuringSchedulingIgnoredDuringExecution, [{ weight: 1, preference: own }, vps])
    assert.deepEqual(placed(otherPlacement), {
      ...nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [...own.matchExpressions, { key: 'node-type', operator: 'NotIn', values: ['vps'] }] }] },
    })
  })

  it('keeps an empty term and an empty list of terms, which match no node', () => {
    const affinity = (nodeSelectorTerms: object[]) => ({ affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } })
    const placed = (terms: object[]) => placePod(affinity(terms), tenantPlacement).spec!.affinity!.nodeAffinity!.requiredDuringSchedulingIgnoredDuringExecution!.nodeSelectorTerms
    const byName = { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }
    assert.deepEqual(placed([{}, { matchExpressions: [] }]), [{}, { matchExpressions: [] }])
    assert.deepEqual(placed([]), [])
    assert.equal(placed(null as unknown as object[]), null)
    assert.deepEqual(placed([byName]), [{ ...byName, matchExpressions: [{ key: 'paas-tier', operator: 'In', values: ['tenant'] }] }])
  })

  const covering: [string, Toleration, boolean][] = [
    ['the same', { key: 'paas-tier', operator: 'Equal', value: 'tenant', effect: 'NoSchedule' }, true],
    ['the same, with the default operator', { key: 'paas-tier', value: 'tenant', effect: 'NoSchedule' }, true],
    ['one for every effect', { key: 'paas-tier', value: 'tenant' }, true],
    ['one for every value', { key: 'paas-tier', operator: 'Exists', effect: 'NoSchedule' }, true],
    ['one for everything', { operator: 'Exists' }, true],
    ['one for every key, with another effect', { operator: 'Exists', effect: 'NoExecute' }, false],
    ['another value', { key: 'paas-tier', value: 'platform', effect: 'NoSchedule' }, false],
    ['another key', { key: 'gpu', operator: 'Exists' }, false],
    ['one without a key that is no Exists', { value: 'tenant' }, false],
    ['one of an empty operator, which is the default', { key: 'paas-tier', operator: '', value: 'tenant' }, true],
    ['one that compares numbers', { key: 'paas-tier', operator: 'Gt', value: 'tenant' }, false],
    ['one for as long as there is', { key: 'paas-tier', operator: 'Exists', tolerationSeconds: null as unknown as undefined }, true],
    ['one for a while', { key: 'paas-tier', operator: 'Exists', tolerationSeconds: 60 }, false],
  ]
  for (const [what, toleration, covered] of covering) {
    it(`${covered ? 'adds no toleration beside' : 'adds its toleration beside'} ${what}`, () => {
      assert.equal(placePod({ tolerations: [toleration] }, tenantPlacement).spec!.tolerations!.length, covered ? 1 : 2)
    })
  }
})

/** Text of a value that may hold what JSON has no word for. */
function structuredCopy(value: unknown): string {
  return fc.stringify(value)
}
