import { type AdmissionRule, setting, shown } from '../rule.ts'

const own = 'variables.allowed.exists(a, h == a || h == "*." + a || h.endsWith("." + a))'

function hosts(name: string, resources: AdmissionRule['resources'], where: string, hostnames: string, further: AdmissionRule['validations'] = []): AdmissionRule {
  return {
    name,
    title: 'A tenant publishes only names of its own.',
    resources,
    variables: { allowed: setting('ingressHosts'), hosts: hostnames, strange: `variables.hosts.filter(h, !(${own}))` },
    validations: [{
      expression: 'size(variables.hosts) > 0 && size(variables.strange) == 0',
      message: `"${where} has " + (size(variables.hosts) == 0 ? "no host, which would take the traffic of every name" : variables.strange.map(h, h == "" ? "an empty one" : h).join(", ")) + ": allowed are " + ${shown('variables.allowed')} + " and names below; add others to annex:tenants[].ingressHosts"`,
    }, ...further],
  }
}

/** An Ingress, whose default backend would take every name. */
export const ingressHosts: AdmissionRule = hosts(
  'ingress-hosts',
  [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], operations: ['CREATE', 'UPDATE'] }],
  'spec.rules',
  'object.spec.?rules.orValue([]).map(r, r.?host.orValue("")) + (has(object.spec.defaultBackend) ? [""] : [])',
  [{
    expression: `object.spec.?tls.orValue([]).all(t, t.?hosts.orValue([]).all(h, ${own}))`,
    message: `"spec.tls has a host of somebody else: allowed are " + ${shown('variables.allowed')} + " and names below"`,
  }],
)

/** Routes of the Gateway API; without names a route takes those of its listener. */
export const routeHosts: AdmissionRule = hosts(
  'route-hosts',
  [{ apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes', 'grpcroutes', 'tlsroutes'], operations: ['CREATE', 'UPDATE'] }],
  'spec.hostnames',
  'object.spec.?hostnames.orValue([])',
)

/** Snippets are configuration of the shared proxy itself: with them one tenant reads the secrets of all (CVE-2021-25742). */
export const ingressSnippets: AdmissionRule = {
  name: 'ingress-snippets',
  title: 'An Ingress writes nothing into the shared proxy’s configuration.',
  resources: [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], operations: ['CREATE', 'UPDATE'] }],
  variables: { snippets: 'object.metadata.?annotations.orValue({}).map(k, k).filter(k, k.endsWith("-snippet") || k.endsWith("-snippets"))' },
  validations: [{
    expression: 'size(variables.snippets) == 0',
    message: '"metadata.annotations has " + variables.snippets.join(", ") + ": snippets change the proxy of all tenants; leave them out"',
  }],
}
