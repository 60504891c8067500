import { isNoSecret, isSecretSetting } from './secret-names.ts'

/** Names of files that hold settings: of these kinds, without one, or hidden such as `.env`. */
const FILE = /^\.|^[^.]*$|\.(?:properties|env|ya?ml|json|ini|conf|cfg|cnf|toml|txt)$/i

/** A search that takes little, since most files have no such name. */
const MAYBE = /(?:passw(?:or)?d|pass_?phrase|pwd|secret|token|key)["']?[ \t]{0,20}[:=]/i

/** `name = value`, `name: value`, `export NAME=value`; a colon without a space behind it needs a name in quotes, as in JSON. */
const SETTING = /^[ \t]*(?:-[ \t]+|export[ \t]+)?(?:(?<name>\w[\w.-]{0,99})[ \t]*(?:=(?!=)|:[ \t])|(?<quote>["'])(?<quoted>[\w.-]{1,100})\k<quote>[ \t]*[:=])[ \t]*(?<value>.*)$/

/** Number of the first line of a file of settings that holds a secret in plain text. @param name of the file @param text what is in it */
export function lineWithSecret(name: string, text: string): number | undefined {
  if (!FILE.test(name) || !MAYBE.test(text) || text.startsWith('#!')) return undefined
  const index = text.split('\n').findIndex((line) => MAYBE.test(line) && !/^\s*(?:[#;]|\/\/)/.test(line) && settingsIn(line).some(holdsSecret))
  return index === -1 ? undefined : index + 1
}

/** The settings of a line, which are several where it holds a whole object. What is filled in later is put as what is no word. */
function settingsIn(line: string): string[] {
  return line.includes('{') ? line.replace(/\$\{[^{}]*\}|\{\{[^{}]*\}\}/g, '$()').split(/[{},]/) : [line]
}

function holdsSecret(setting: string): boolean {
  const { name, quoted, value } = SETTING.exec(setting.trimEnd())?.groups ?? {}
  const [key, text] = [name ?? quoted, plain(value ?? '')]
  return key !== undefined && text !== undefined && isSecretSetting(key, text) && !isNoSecret(text) && !STANDS_FOR.test(text)
}

/** Without its quotes, a comma or a comment behind it; undefined where it is no single word. */
function plain(value: string): string | undefined {
  const { word, text } = /^(?:(?<quote>["'])(?<text>[^\s"'()]+)\k<quote>|(?<word>[^\s"'()]+?)),?(?:[ \t]+#.*)?$/.exec(value)?.groups ?? {}
  // A word without quotes that looks like `settings.token` is an expression.
  return word !== undefined && /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/.test(word) ? undefined : (text ?? word)
}

/** A number, nothing, a type, a path or an address, a reference, a placeholder, the beginning of something longer. */
const STANDS_FOR = /^(?:[\d.,_+-]+|null|~|none|nil|undefined|string|text|keyword|bytes|\.{0,2}\/.*|~\/.*|\w+:\/\/.*|[$%<&|>![{@].*|\*.*|x+|_\w*_|\.{2,}|-+)$/i
