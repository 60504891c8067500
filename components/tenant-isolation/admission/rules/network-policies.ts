import { namespaceLabel, platformNamespaces } from '../../names.ts'
import { type AdmissionRule, annotationList, shown, text } from '../rule.ts'

const key = text(namespaceLabel)

/** A selector that matches no namespace but those: its demands are AND-ed, so one that names them is enough. */
const staysInside = `
  (has(p.namespaceSelector.matchLabels) && ${key} in p.namespaceSelector.matchLabels && p.namespaceSelector.matchLabels[${key}] in variables.open)
  || (has(p.namespaceSelector.matchExpressions) && p.namespaceSelector.matchExpressions.exists(e, e.key == ${key} && e.operator == "In" && e.values.all(v, v in variables.open)))`
const peer = `!has(p.ipBlock) && (!has(p.namespaceSelector) || ${staysInside})`

/** Network policies add up: one that allows more than annex's would open what default-deny closes. */
export const networkPolicies: AdmissionRule = {
  name: 'network-policies',
  title: 'A network policy of a tenant opens nothing but its own and the platform’s namespaces.',
  resources: [{ apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], operations: ['CREATE', 'UPDATE'] }],
  exceptPlatform: true,
  variables: { open: `${annotationList('namespaces')} + [${platformNamespaces.map(text).join(', ')}]` },
  validations: (['ingress', 'egress'] as const).map((direction) => {
    const side = direction === 'ingress' ? 'from' : 'to'
    return {
      expression: `!has(object.spec.${direction}) || object.spec.${direction}.all(r, has(r.${side}) && size(r.${side}) > 0 && r.${side}.all(p, ${peer}))`,
      message: `"spec.${direction} opens more than this tenant's namespaces: each rule needs \\"${side}\\", with pods of the same namespace or namespaces by ${namespaceLabel}, allowed are " + ${shown('variables.open')} + "; addresses (ipBlock) are opened by the platform, in annex:tenants[].egress"`,
    }
  }),
}
