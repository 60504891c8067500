import type { Field } from '../../field.ts'
import type { Resource } from '../../rule.ts'

/** The documents that annex's host components ask of a host (host/document.ts): what Pulumi sees as their input. */
export function documentsOf(resource: Resource): Field[] {
  if (!resource.type.startsWith('annex:host:')) return []
  const document = resource.properties.get('document')
  return document.isAbsent ? [] : [document]
}

/** Items of one kind. An unknown document is one unknown item. */
export function itemsOf(document: Field, kind: string): Field[] {
  return document.get('items').items().filter((item) => item.isUnknown || item.get('kind').value === kind)
}

/** The shell that a resource of @pulumi/command runs: create, update and delete. */
export function commandsOf(resource: Resource): Field[] {
  if (!/^command:(local|remote):Command$/.test(resource.type)) return []
  return ['create', 'update', 'delete'].map((name) => resource.properties.get(name)).filter(({ isAbsent }) => !isAbsent)
}
