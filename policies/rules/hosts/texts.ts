import type { Field } from '../../field.ts'
import type { Resource } from '../../rule.ts'
import { commandsOf, documentsOf, itemsOf } from './document.ts'

/** What a host is given to run or to read: commands, and the files and units of a document. */
export function textsOf(resource: Resource): Field[] {
  const contents = documentsOf(resource).flatMap((document) => ['file', 'unit'].flatMap((kind) => itemsOf(document, kind)).map((item) => item.get('content')))
  return [...commandsOf(resource), ...contents]
}
