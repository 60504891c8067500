/** Whether the admission policies spare no tenant. Works on raw input, any part of which may be missing or of another shape. */
import { type Fault, list, show } from './fault.ts'
import type { RawConfig } from './schema.ts'

export function admissionFaults(raw: RawConfig): Fault[] {
  const tenants = list(raw.tenants).flatMap((tenant) => [tenant?.name, ...list(tenant?.namespaces).map((it) => it?.name)])
  const isTenant = (name: string | undefined) => name !== undefined && tenants.includes(name)
  const system = raw.admission?.systemNamespaces
  return [
    ...(!Array.isArray(system) || system.includes('kube-system') ? [] : [{
      path: 'annex:admission.systemNamespaces', seen: show(system), message: 'lacks kube-system, whose pods (kube-proxy, perhaps the CNI) tolerate every taint and would be refused: add it; the list takes the place of the default',
    }]),
    ...list(system).flatMap((name, i) => (!isTenant(name) ? [] : [{
      path: `annex:admission.systemNamespaces[${i}]`, seen: show(name), message: 'is a namespace of annex:tenants, whose pods must be placed: remove it here',
    }])),
    ...list(raw.admission?.daemonSets).flatMap((it, i) => (!isTenant(it?.namespace) ? [] : [{
      path: `annex:admission.daemonSets[${i}].namespace`, seen: show(it?.namespace), message: 'is a namespace of annex:tenants, whose pods are placed without exception: remove it here',
    }])),
  ]
}
