import type { Field } from '../../field.ts'
import type { Resource } from '../../rule.ts'

/** The SSH connections of a resource of @pulumi/command: to the host, and to the proxy (jump host) when one is set. */
export function connectionsOf(resource: Resource): Field[] {
  if (!/^command:remote:/.test(resource.type)) return []
  const connection = resource.properties.get('connection')
  const proxy = connection.get('proxy')
  return proxy.isAbsent || connection.isUnknown ? [connection] : [connection, proxy]
}
