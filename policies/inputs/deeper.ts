/** Texts that the Kubernetes tools read although the YAML standard wants some of their lines deeper. */
import { CST, Lexer } from 'yaml'

/** Deeper than any key is. */
const depth = ' '.repeat(100)

/**
 * Puts the lines deeper with which a text in quotes or a collection in brackets goes on, where they stand no deeper than its key: libyaml, and with it the
 * Kubernetes tools, do not look at the depth there, and Kustomize writes such texts. Values and the numbers of lines stay as they are.
 */
export function deeper(text: string): string {
  let done = ''
  let rest = text
  for (let cut = firstCut(rest); cut !== undefined; cut = firstCut(rest)) {
    const moved = rest.slice(0, cut.from) + rest.slice(cut.from, cut.to).replace(LINE, `\n${depth}`) + rest.slice(cut.to)
    if (moved === rest) break
    done += moved.slice(0, cut.begin)
    rest = moved.slice(cut.begin)
  }
  return done + rest
}

/** The beginning of a line that says something, and was not moved yet. */
const LINE = /\n(?! {100})(?=[^\n]*\S)/g

/** What the reader of tokens ends too early: lines of it to move, and where its first line begins. */
interface Cut { from: number; to: number; begin: number }

function firstCut(text: string): Cut | undefined {
  let [at, level, opened] = [0, 0, 0]
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token)
    if (type === 'flow-error-end') return { from: lineAt(text, at) - 1, to: lineAfter(text, at), begin: lineAt(text, opened) }
    if (type === 'flow-map-start' || type === 'flow-seq-start') {
      if (level === 0) opened = at
      level++
    }
    if (type === 'flow-map-end' || type === 'flow-seq-end') level--
    if (type === 'double-quoted-scalar' || type === 'single-quoted-scalar') {
      const end = endOf(text, at)
      if (end === undefined) return undefined
      if (end > at + token.length) return { from: at, to: end, begin: lineAt(text, level > 0 ? opened : at) }
    }
    if (!MARKS.has(type)) at += token.length
  }
  return undefined
}

/** Tokens that stand for nothing in the text. */
const MARKS = new Set<string | null>(['doc-mode', 'flow-error-end', 'scalar'])

const QUOTED = { '"': /"(?:[^"\\]|\\[^])*"/y, "'": /'(?:[^']|'')*'/y }

/** Behind the closing quote; undefined where there is none before the document's end. */
function endOf(text: string, at: number): number | undefined {
  const quoted = QUOTED[text[at] as '"' | "'"]
  quoted.lastIndex = at
  const [found] = quoted.exec(text) ?? []
  return found === undefined || /^(---|\.\.\.)(\s|$)/m.test(found) ? undefined : at + found.length
}

function lineAt(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

function lineAfter(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}
