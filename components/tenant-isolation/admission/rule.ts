/** One admission rule of all tenants' namespaces, as plain data; expressions are CEL. */
import { tenantAnnotations } from '../names.ts'

export interface AdmissionRule {
  /** The policy is called `annex-tenant-<name>`. */
  name: string
  /** The promise, for people. */
  title: string
  resources: { apiGroups: string[]; resources: string[]; operations: ('CREATE' | 'UPDATE' | 'DELETE')[] }[]
  /** Only objects with these labels, before or after the change. */
  labels?: Record<string, string>
  /** Who may change the namespace itself (the platform, the controllers that clean up) is not asked. */
  exceptPlatform?: boolean
  /** An update that leaves spec and annotations as they are is not asked: a rule, or a list, that came later must not keep a controller from taking its finalizer off. */
  exceptUnchanged?: boolean
  variables?: Record<string, string>
  validations: Validation[]
}

export interface Validation {
  expression: string
  /** CEL that makes the refusal: value seen, what is allowed, the fix. */
  message: string
}

/** A change that the API server makes to what a tenant sends, as a MutatingAdmissionPolicy. */
export interface MutationRule extends Omit<AdmissionRule, 'validations' | 'labels' | 'exceptPlatform' | 'exceptUnchanged'> {
  /** CEL of an apply configuration. */
  apply: string
  /** CEL: only then. */
  when?: string
  /** The rule is asked once for each object of this kind in the cluster, which it knows as `params`. */
  everyOne?: { apiVersion: string; kind: string }
}

/** CEL: the entries of a setting of the tenant; none where the namespace has no such annotation. */
export function annotationList(name: keyof typeof tenantAnnotations): string {
  return `namespaceObject.metadata.?annotations[?${text(tenantAnnotations[name])}].orValue("").split(",").filter(it, it != "")`
}

/** A text as CEL writes it. */
export function text(value: string): string {
  return JSON.stringify(value)
}

/** CEL: the values of a list field that need not be there. */
export function listOf(field: string): string {
  return `object.spec.?${field}.orValue([])`
}

/** CEL: a list for people. */
export function shown(list: string): string {
  return `(size(${list}) == 0 ? "none" : ${list}.join(", "))`
}
