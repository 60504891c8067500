import type { Field } from '../../field.ts'
import { objectsOfKind } from '../../kubernetes.ts'
import { type Fault, type Resource, unverifiable, violation } from '../../rule.ts'

/** Something that a role may grant. */
export interface Power {
  groups: readonly string[]
  /** With the subresource, as in `pods/exec`; `userextras/` is for each of its subresources, whatever their names. */
  resources: readonly string[]
  verbs: readonly string[]
}

/** Everything that a role can grant is there, whatever it is called. */
const ALL = '*'

/** The faults of Roles and ClusterRoles whose rules grant a power, by name or by a wildcard. @param within only of these rules. Default: all */
export function granting(resource: Resource, power: Power, kinds: readonly string[] = ['Role', 'ClusterRole'], within: (rule: Field) => boolean = () => true): Fault[] {
  return objectsOfKind(resource, ...kinds)
    .flatMap(({ object }) => object.get('rules').items())
    .filter(within)
    .flatMap((rule) => grants(rule, power))
}

/** The fault of one rule of a role, where it grants the power. */
export function grants(rule: Field, { groups, resources, verbs }: Power): Fault[] {
  const group = named(rule.get('apiGroups'), groups)
  const resource = group && named(rule.get('resources'), resources)
  const verb = resource && named(rule.get('verbs'), verbs)
  if (!verb) return []
  const unknown = [group, resource, verb].find(({ isUnknown }) => isUnknown)
  return [unknown === undefined ? violation(verb, `grants "${verb.value}" on "${withoutOwnName(resource.value)}"`) : unverifiable(unknown)]
}

/** The element of a list that is what is looked for, else one that may be; undefined where there is none. */
function named(list: Field, wanted: readonly string[]): Field | undefined {
  const items = list.items()
  return items.find(({ value }) => typeof value === 'string' && (value === ALL || wanted.some((name) => fits(value, name)))) ?? items.find(({ isUnknown }) => isUnknown)
}

// `pods/exec` is within `*/exec` too.
function fits(value: string, name: string): boolean {
  if (value === name) return true
  const slash = name.indexOf('/')
  if (slash < 0) return false
  return slash === name.length - 1 ? value.startsWith(name) : value.startsWith('*/') && value.slice(1) === name.slice(slash)
}

/** The key of extra data about a user is anybody's choice, so it is not shown. */
function withoutOwnName(resource: unknown): string {
  return String(resource).replace(/^(userextras\/).*$/s, '$1...')
}

/** The subjects of RoleBindings and ClusterRoleBindings. */
export function subjectsOf(resource: Resource): { subject: Field; binding: Field }[] {
  return objectsOfKind(resource, 'RoleBinding', 'ClusterRoleBinding').flatMap(({ object }) => object.get('subjects').items().map((subject) => ({ subject, binding: object })))
}

/** The namespace whose service account, or all of whose service accounts, a subject stands for; undefined for other users and groups. */
export function accountsOf(subject: Field): unknown {
  const [kind, name] = [subject.get('kind').value, subject.get('name').value]
  if (kind === 'ServiceAccount') return subject.get('namespace').value ?? undefined
  return typeof name === 'string' ? /^system:serviceaccounts?:([^:]+)/.exec(name)?.[1] : undefined
}
