/** What the proof is told: which stack, which tenant of it, and how to speak with the cluster. */
import type { Config } from '../../config/schema.ts'
import type { Ran } from '../checklist/point.ts'

export interface Subject {
  context: string
  config: Config
  /** Name of the tenant that is attacked. */
  tenant: string
  /** Runs a command where the engineer works. */
  run: (command: string, args: string[], options?: { input?: string; timeoutSeconds?: number }) => Promise<Ran>
}

export interface Attacked {
  /** Its first namespace. */
  namespace: string
  group: string
  exec: boolean
  registries: Config['tenants'][number]['registries']
  ingressHosts: string[]
  /** Another tenant of the stack, where there is one. */
  other: string | undefined
  otherGroup: string | undefined
  /** Of the test application, which is what attackers' pods run. */
  image: string
}

/** @throws Error where the stack has no such tenant, or no image for its pods */
export function attackedOf({ config, tenant }: Pick<Subject, 'config' | 'tenant'>): Attacked {
  const spec = config.tenants.find(({ name }) => name === tenant)
  if (spec === undefined) throw new Error(`annex:tenants has no ${tenant}; it has ${config.tenants.map(({ name }) => name).join(', ') || 'none'}`)
  if (config.testApplication === undefined) throw new Error('annex:testApplication is not set: the attackers’ pods run its image. Set it, and update the stack')
  const other = config.tenants.find(({ name }) => name !== tenant)
  return { namespace: tenant, group: spec.group, exec: spec.exec, registries: spec.registries, ingressHosts: spec.ingressHosts, other: other?.name, otherGroup: other?.group, image: config.testApplication.image }
}
