/** Texts that the Kubernetes tools read although the YAML standard wants some of their lines deeper. */
import { CST, Lexer } from 'yaml'

/**
 * Puts the lines deeper with which a text in quotes or a collection in brackets goes on, where they stand no deeper than its key: libyaml, and with it the
 * Kubernetes tools, do not look at the depth there, and Kustomize writes such texts. Values and the numbers of lines stay as they are.
 */
export function deeper(text: string): string {
  const parts: string[] = []
  let rest = text
  for (let cut = firstCut(rest); cut !== undefined; cut = firstCut(rest)) {
    parts.push(rest.slice(0, cut.start), rest.slice(cut.start, cut.end).replace(LINE, `\n${depth}`))
    rest = rest.slice(cut.end)
  }
  return parts.join('') + rest
}

/** The beginning of a line that says something. */
const LINE = /\n(?=[^\n]*\S)/g
/** Deeper than any key is. */
const depth = ' '.repeat(100)

/** A text in quotes or a collection in brackets that the reader of tokens ends too early. */
interface Cut { start: number; end: number }

function firstCut(text: string): Cut | undefined {
  let [at, level, opened] = [0, 0, 0]
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token)
    if (type === 'flow-map-start' || type === 'flow-seq-start') {
      if (level === 0) opened = at
      level++
    }
    if (type === 'flow-map-end' || type === 'flow-seq-end') level--
    const isCut = type === 'flow-error-end' || (/^(double|single)-quoted-scalar$/.test(type ?? '') && endOfText(text, at) !== at + token.length)
    if (isCut) {
      const start = level > 0 ? opened : at
      const end = level > 0 ? endOfCollection(text, opened) : endOfText(text, at)
      return end === undefined || /^(---|\.\.\.)(\s|$)/m.test(text.slice(start, end)) ? undefined : { start, end }
    }
    if (!MARKS.has(type)) at += token.length
  }
  return undefined
}

/** Tokens that stand for nothing in the text. */
const MARKS = new Set<string | null>(['doc-mode', 'flow-error-end', 'scalar'])

const TEXT = /"(?:[^"\\]|\\[^])*"|'(?:[^']|'')*'/y

/** Behind the closing quote; undefined where there is none. */
function endOfText(text: string, at: number): number | undefined {
  TEXT.lastIndex = at
  return TEXT.test(text) ? TEXT.lastIndex : undefined
}

/** Behind the closing bracket; undefined where there is none. */
function endOfCollection(text: string, opened: number): number | undefined {
  let level = 0
  for (let at = opened; at < text.length; at++) {
    const character = text[at]!
    if (character === '[' || character === '{') level++
    if (character === ']' || character === '}') level--
    if (level === 0) return at + 1
    // A quote or a mark inside a word is neither.
    const begins = /[\s,:[{]/.test(text[at - 1]!)
    if (begins && (character === '"' || character === "'")) {
      const end = endOfText(text, at)
      if (end === undefined) return undefined
      at = end - 1
    }
    if (/\s/.test(text[at - 1]!) && character === '#') at = lineEnd(text, at)
  }
  return undefined
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}
