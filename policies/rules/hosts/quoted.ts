import { commandsOf } from './document.ts'
import { apart } from './texts.ts'
import { refuse, type ResourceRule } from '../../rule.ts'

export const quoted: ResourceRule = {
  id: 'hosts-quoted',
  title: 'No variable stands without quotes in a command.',
  severity: 'low',
  frameworks: {},
  why: 'The shell splits and expands what is in it: a name with a blank or a star becomes other arguments, or another command.',
  fix: 'Write "$NAME"; better, put the script into a file of its own that shellcheck reads, and give values on stdin.',
  url: 'https://www.shellcheck.net/wiki/SC2086',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) => commandsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !hasUnquoted(value), 'holds a variable without quotes')),
}

/** What the shell does not split: here-strings, tests in [[ ]], arithmetic, the word of a case. */
const WHOLE = /<<<[ \t]*\S+|\[\[[^\n]{0,300}?\]\]|\$?\(\([^\n]{0,300}?\)\)|\bcase[ \t]+\S+[ \t]+in\b/g
/** An assignment: at the beginning of a command, or of export and the like. */
const ASSIGNS = /(?:^|[;&|(){\n!]|\b(?:if|elif|while|until|then|do|else|(?:export|local|readonly|declare|typeset)(?:[ \t]+-\w+)*)[ \t])[ \t]*(?:[A-Za-z_]\w*=\S*[ \t]+)*[A-Za-z_]\w*(?:\[[^\]\n]*\])?\+?=$/

/** Reads the command once, as far as quotes, substitutions and assignments go. */
function hasUnquoted(given: string): boolean {
  const command = apart(given).script.replace(WHOLE, ' ')
  /** Quotes and substitutions that are open, the inner one last. */
  const open: string[] = []
  let assigns = false
  for (let at = 0; at < command.length; at++) {
    const [character, inner] = [command[at]!, open.at(-1)]
    if (character === '\\' && inner !== "'") at++
    else if (inner === "'") { if (character === "'") open.pop() }
    else if (character === '$' && command[at + 1] === '(') { open.push(')'); at++; assigns = false }
    else if (character === inner) open.pop()
    else if (character === '$' && command[at + 1] === '{' && (inner === '"' || inner === '}' || assigns || /^\w+\[@\]\+"/.test(command.slice(at + 2, at + 66)))) { open.push('}'); at++ }
    else if (inner === '"' || (inner === '}' && character !== '"' && character !== "'")) continue
    else if (character === "'" || character === '"') open.push(character)
    else if (character === '#' && /^(\s|)$/.test(command[at - 1] ?? '')) at = end(command, at)
    else if (character === '=' && ASSIGNS.test(command.slice(Math.max(0, at - 200), at + 1))) assigns = true
    else if (/[\s;&|]/.test(character)) assigns = false
    else if (character === '$' && !assigns && /[A-Za-z_{@*0-9]/.test(command[at + 1] ?? '')) return true
  }
  return false
}

function end(command: string, at: number): number {
  const line = command.indexOf('\n', at)
  return line === -1 ? command.length : line - 1
}
