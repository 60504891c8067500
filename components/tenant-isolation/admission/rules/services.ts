import { type AdmissionRule, annotationList, type MutationRule } from '../rule.ts'
import { annotatedHosts } from './hosts.ts'

/** Node ports and load balancers are refused by the quota. */
export const services: AdmissionRule = {
  name: 'services',
  title: 'A service leads to the tenant’s own pods and catches nobody else’s traffic.',
  resources: [{ apiGroups: [''], resources: ['services'], operations: ['CREATE', 'UPDATE'] }],
  exceptUnchanged: true,
  variables: { allowed: annotationList('ingressHosts') },
  validations: [
    annotatedHosts(),
    {
      expression: 'object.spec.?externalIPs.orValue([]).size() == 0',
      message: '"spec.externalIPs has " + object.spec.externalIPs.join(", ") + ": it would catch traffic of others to these addresses (CVE-2020-8554); leave it out"',
    },
    {
      expression: 'object.spec.?type.orValue("") != "ExternalName"',
      message: '"spec.type is ExternalName: through it the platform\'s gateway could be led to any name; name the host in the application instead"',
    },
  ],
}

/** Calls within one VPS stay there: the way to another node goes through the tunnel. A service that says something itself keeps it. */
export const serviceTraffic: MutationRule = {
  name: 'service-traffic',
  title: 'Traffic of a service stays on its node where it can.',
  resources: [{ apiGroups: [''], resources: ['services'], operations: ['CREATE', 'UPDATE'] }],
  // One that is only let go of, or labelled, stays as it is: changed, it would be judged anew.
  when: '!has(object.spec.trafficDistribution) && object.spec.?type.orValue("") != "ExternalName" && (oldObject == null || oldObject.?spec != object.?spec)',
  apply: 'Object{spec: Object.spec{trafficDistribution: "PreferSameNode"}}',
}
