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
  const lists = [rule.get('apiGroups'), rule.get('resources'), rule.get('verbs')].map((list) => list.items())
  const [ofGroups, ofResources, ofVerbs] = lists
  const names = [
    named(ofGroups!, groups),
    named(ofResources!, resources.flatMap((name) => (/\/./.test(name) ? [name, `*/${name.split('/')[1]}`] : [name]))),
    named(ofVerbs!, verbs),
  ]
  if (names.some((found) => found === undefined)) {
    // A list without what is looked for may still hold it where a part of it is unknown.
    const open = lists.map((list, index) => names[index] ?? list.find(({ isUnknown }) => isUnknown))
    const unknown = open.find((field) => field?.isUnknown)
    return unknown !== undefined && open.every((field) => field !== undefined) ? [unverifiable(unknown)] : []
  }
  return [violation(names[2]!, `grants "${names[2]!.value}" on "${withoutOwnName(names[1]!.value)}"`)]
}

function named(list: readonly Field[], wanted: readonly string[]): Field | undefined {
  return list.find(({ value }) => value === ALL || wanted.some((name) => name === value || (name.endsWith('/') && typeof value === 'string' && value.startsWith(name))))
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
