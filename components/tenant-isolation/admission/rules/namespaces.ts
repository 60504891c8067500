import { tenantAnnotations } from '../../names.ts'
import { type AdmissionRule, text } from '../rule.ts'

/** Also for the cluster's administrators: with a namespace go all its volumes. */
export const protectedNamespaces: AdmissionRule = {
  name: 'protected-namespaces',
  title: 'A tenant is deleted only after its configuration allowed it.',
  resources: [{ apiGroups: [''], resources: ['namespaces'], operations: ['DELETE'] }],
  validations: [{
    expression: `oldObject.metadata.?annotations[?${text(tenantAnnotations.protected)}].orValue("") != "true"`,
    message: `"namespace " + oldObject.metadata.name + " is protected (annotation ${tenantAnnotations.protected}): set protect: false in annex:tenants, run pulumi up, then delete"`,
  }],
}
