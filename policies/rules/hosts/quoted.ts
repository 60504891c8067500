import { commandsOf } from './document.ts'
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

/** Reads the command once, as far as quotes and assignments go. */
function hasUnquoted(command: string): boolean {
  let quote = ''
  for (let at = 0; at < command.length; at++) {
    const character = command[at]!
    if (character === '\\' && quote !== "'") at++
    else if (quote !== '') quote = character === quote ? '' : quote
    else if (character === "'" || character === '"') quote = character
    else if (character === '#' && /^(\s|)$/.test(command[at - 1] ?? '')) at = end(command, at)
    else if (character === '$' && /[A-Za-z_{@*0-9]/.test(command[at + 1] ?? '') && !/[A-Za-z_]\w*=$/.test(command.slice(Math.max(0, at - 64), at))) return true
  }
  return false
}

function end(command: string, at: number): number {
  const line = command.indexOf('\n', at)
  return line === -1 ? command.length : line
}
