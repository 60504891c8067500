import type { Field } from '../../field.ts'
import type { Resource } from '../../rule.ts'
import { commandsOf, documentsOf, itemsOf } from './document.ts'

/** What a host is given to run or to read: commands, and the files and units of a document. */
export function textsOf(resource: Resource): Field[] {
  const contents = documentsOf(resource).flatMap((document) => ['file', 'unit'].flatMap((kind) => itemsOf(document, kind)).map((item) => item.get('content')))
  return [...commandsOf(resource), ...contents]
}

/** The arguments of each command of this name in a script, as written. Lines that a backslash continues are one. */
export function argumentsOf(script: string, command: string): string[] {
  const calls = new RegExp(`(?<![\\w./-])(?:/\\S{0,40}/)?(?:${command})[ \\t]+([^\\n;&|]{1,2000})`, 'g')
  return [...script.replace(/\\\n/g, ' ').matchAll(calls)].map(([, words]) => words!)
}

/** Words of a command line, without their quotes. */
export function wordsOf(line: string): string[] {
  return line.split(/\s+/).map((word) => word.replace(/["']/g, '')).filter((word) => word !== '')
}
