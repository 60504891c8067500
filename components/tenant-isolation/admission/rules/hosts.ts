import { type AdmissionRule, annotationList, shown, text, type Validation } from '../rule.ts'

const own = 'variables.allowed.exists(a, h == a || h == "*." + a || h.endsWith("." + a))'

/** By these external-dns publishes a name, whatever the object itself says. Their prefix is a setting, and another one by default since 0.22: any with the program's name in it. */
const dnsNames = 'object.metadata.?annotations.orValue({}).map(k, k).filter(k, k.contains("external-dns") && (k.endsWith("/hostname") || k.endsWith("/internal-hostname")))'
/** By these ingress-nginx answers to further names, and cert-manager asks for a certificate of one. */
const ingressNames = ['nginx.ingress.kubernetes.io/server-alias', 'cert-manager.io/common-name', 'cert-manager.io/alt-names']

/** ingress-nginx takes a server-alias for a regular expression as well, which may end in an own name and mean all names. */
const name = 'h.matches("^([*][.])?[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$")'

/** Names in annotations are the tenant's own, too. The rule needs the variable `allowed`. */
export function annotatedHosts(...further: string[]): Validation {
  const strange = `(${dnsNames} + [${further.map(text).join(', ')}]).filter(k, !object.metadata.?annotations[?k].orValue("").split(",").map(it, it.trim()).all(h, h == "" || (${name} && (${own}))))`
  return {
    expression: `size(${strange}) == 0`,
    message: `"metadata.annotations has a name of somebody else in " + ${strange}.join(", ") + ": allowed are " + ${shown('variables.allowed')} + " and names below; add others to annex:tenants[].ingressHosts"`,
  }
}

function hosts(name: string, resources: AdmissionRule['resources'], where: string, hostnames: string, further: AdmissionRule['validations'] = []): AdmissionRule {
  return {
    name,
    title: 'A tenant publishes only names of its own.',
    resources,
    exceptUnchanged: true,
    variables: { allowed: annotationList('ingressHosts'), hosts: hostnames, strange: `variables.hosts.filter(h, !(${own}))` },
    validations: [{
      expression: 'size(variables.hosts) > 0 && size(variables.strange) == 0',
      message: `"${where} has " + (size(variables.hosts) == 0 ? "no host, which would take the traffic of every name" : variables.strange.map(h, h == "" ? "an empty one" : h).join(", ")) + ": allowed are " + ${shown('variables.allowed')} + " and names below; add others to annex:tenants[].ingressHosts"`,
    }, ...further],
  }
}

/** external-dns can read names from pods as well. */
export const podHosts: AdmissionRule = {
  name: 'pod-hosts',
  title: 'A tenant’s pods publish only names of its own.',
  resources: [{ apiGroups: [''], resources: ['pods'], operations: ['CREATE', 'UPDATE'] }],
  exceptUnchanged: true,
  variables: { allowed: annotationList('ingressHosts') },
  validations: [annotatedHosts()],
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
  }, annotatedHosts(...ingressNames)],
)

/** Routes of the Gateway API; without names a route takes those of its listener. */
export const routeHosts: AdmissionRule = hosts(
  'route-hosts',
  [{ apiGroups: ['gateway.networking.k8s.io'], resources: ['httproutes', 'grpcroutes', 'tlsroutes'], operations: ['CREATE', 'UPDATE'] }],
  'spec.hostnames',
  'object.spec.?hostnames.orValue([])',
  [annotatedHosts(...ingressNames)],
)

/** Snippets are configuration of the shared proxy itself: with them one tenant reads the secrets of all (CVE-2021-25742). So it may by the name of a secret (`auth-secret`, `auth-tls-secret`, `proxy-ssl-secret`), which may have a namespace in it. */
export const ingressSnippets: AdmissionRule = {
  name: 'ingress-snippets',
  title: 'An Ingress writes nothing into the shared proxy’s configuration.',
  resources: [{ apiGroups: ['networking.k8s.io'], resources: ['ingresses'], operations: ['CREATE', 'UPDATE'] }],
  exceptUnchanged: true,
  variables: {
    snippets: 'object.metadata.?annotations.orValue({}).map(k, k).filter(k, k.endsWith("-snippet") || k.endsWith("-snippets"))',
    own: annotationList('namespaces'),
    foreign: 'object.metadata.?annotations.orValue({}).map(k, k).filter(k, k.endsWith("-secret") && object.metadata.annotations[k].contains("/") && !(object.metadata.annotations[k].split("/")[0] in variables.own))',
  },
  validations: [{
    expression: 'size(variables.snippets) == 0',
    message: '"metadata.annotations has " + variables.snippets.join(", ") + ": snippets change the proxy of all tenants; leave them out"',
  }, {
    expression: 'size(variables.foreign) == 0',
    message: `"metadata.annotations has " + variables.foreign.join(", ") + ", with a secret of another namespace: the proxy would read it for this tenant; allowed are secrets of " + ${shown('variables.own')}`,
  }],
}
