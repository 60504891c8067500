/** Whether the admission policies spare no tenant. Works on raw input, any part of which may be missing or of another shape. */
import { type Fault, list, show } from './fault.ts'
import type { RawConfig } from './schema.ts'

export function admissionFaults(raw: RawConfig): Fault[] {
  const tenants = list(raw.tenants).flatMap((tenant) => [tenant?.name, ...list(tenant?.namespaces).map((it) => it?.name)])
  const isTenant = (name: string | undefined) => name !== undefined && tenants.includes(name)
  return [
    ...list(raw.admission?.systemNamespaces).flatMap((name, i) => (!isTenant(name) ? [] : [{
      path: `annex:admission.systemNamespaces[${i}]`, seen: show(name), message: 'is a namespace of annex:tenants, whose pods must be placed: remove it here',
    }])),
    ...list(raw.admission?.daemonSets).flatMap((it, i) => (!isTenant(it?.namespace) ? [] : [{
      path: `annex:admission.daemonSets[${i}].namespace`, seen: show(it?.namespace), message: 'is a namespace of annex:tenants, whose pods are placed without exception: remove it here',
    }])),
  ]
}
