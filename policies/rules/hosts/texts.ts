import type { Field } from '../../field.ts'
import type { Resource } from '../../rule.ts'
import { commandsOf, documentsOf, itemsOf } from './document.ts'

/** A shell that runs what it reads. */
const READS_SCRIPT = /^\s*(?:sudo\s+(?:-\S+\s+)*)?(?:\/\S{1,40}\/)?(?:ba|da)?sh(?:\s+-\w*s\w*(?:\s.*)?)?\s*$/

/** What a host is given to run or to read: commands, scripts on their standard input, and the files and units of a document. */
export function textsOf(resource: Resource): Field[] {
  const contents = documentsOf(resource).flatMap((document) => ['file', 'unit'].flatMap((kind) => itemsOf(document, kind)).map((item) => item.get('content')))
  const commands = commandsOf(resource)
  const script = commands.some(({ value }) => typeof value === 'string' && READS_SCRIPT.test(value)) ? [resource.properties.get('stdin')].filter(({ isAbsent }) => !isAbsent) : []
  return [...commands, ...script, ...contents]
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

/** What a script does, or a file says: without lines that are comments, what is only shown, and what grep and sed look for; lines that a backslash continues are one. */
export function readOf(text: string): string {
  const done = text
    .replace(/^[ \t]*#(?!!)[^\n]*/gm, '')
    .replace(/\\\n/g, ' ')
    .replace(/\bgrep\b[^\n;&|)`]*/g, 'grep')
    .replace(/^.*\b(?:sed|perl)\b.*$/gm, (line) => line.replace(/(["' \t;])s([/|,#])(?:(?!\2).){0,300}\2/g, '$1\n'))
  return REDIRECTS.test(done) ? done : done.replace(ECHO, '$1echo')
}

const ECHO = /(^|[\n;&])[ \t]*echo[ \t]+("[^"\n$`]*"|'[^'\n]*')[ \t]*(?=[\n;&]|$)/g
/** What a group, a loop or the whole script shows goes to a file, or to a shell. */
const REDIRECTS = /(?:^|[\s;&|])(?:[)}]|done|fi|esac)[ \t]*(?:\d?>|\|(?!\|))|\bexec[ \t]+\d?>/

const HEREDOC = /(?<!<)<<-?[ \t]*(?:"(\w+)"|'(\w+)'|\\?([A-Za-z_]\w*))/

/** A comment, or arithmetic. */
const NO_HEREDOC = /^[ \t]*#|\(\(/

/** A script without its here-documents, and those by themselves. */
export function apart(script: string): { script: string; documents: string[] } {
  const [rest, documents]: [string[], string[]] = [[], []]
  let [word, body]: [string | undefined, string[]] = [undefined, []]
  for (const line of script.split('\n')) {
    if (word === undefined) {
      rest.push(line)
      const opened = NO_HEREDOC.test(line) ? null : HEREDOC.exec(line)
      word = opened?.[1] ?? opened?.[2] ?? opened?.[3]
    } else if (line.trim() === word) {
      documents.push(body.join('\n'))
      word = undefined
      body = []
    } else {
      body.push(line)
    }
  }
  // Without its end it is none.
  return { script: [...rest, ...body].join('\n'), documents }
}
