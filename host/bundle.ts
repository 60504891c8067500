import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

// The engine as one script. It always holds every kind: a ledger may hold items of kinds that the document no longer has.

const folder = import.meta.dirname

export type Command = 'look' | 'converge' | 'remove'

/** Every kind of item, one file each. */
export const kinds: readonly string[] = readdirSync(join(folder, 'kinds')).map((file) => file.replace(/\.sh$/, '')).sort()

const facts = ['system', 'network', 'software', 'firewalls', 'probes']

/** The script that carries out the command. */
export function bundle(command: Command): string {
  return [
    ...['json', 'report', 'lock', 'ledger', 'write', 'kernel', 'systemd', 'ext4', 'apt', 'wireguard', 'joined', 'node'].map((name) => `lib/${name}.sh`),
    ...kinds.map((kind) => `kinds/${kind}.sh`),
    ...(command === 'look' ? facts.map((of) => `facts/${of}.sh`) : []),
    `${command}.sh`,
    'main.sh',
  ].map((file) => readFileSync(join(folder, file), 'utf8')).join('\n')
}

/** One session's standard input: the script, the document. */
export function stdin(command: Command, input: object): string {
  return `${packed(bundle(command))}${JSON.stringify(input, null, 2)}\n`
}

/**
 * A script as a session sends it: the length of what follows, then gzip in base64, which every Debian can read. It is an input of a
 * Pulumi resource, so it is in the state twice, which is written anew after each step: plain, the engine makes that 1.5 MB, and its
 * comments are a quarter of what is left.
 */
export function packed(script: string): string {
  const text = gzipSync(script.replace(/^ *# .*\n/gm, ''), { level: 9 }).toString('base64')
  return `${text.length}\n${text}`
}

/**
 * The remote command: short, because a failing run prints it; through sudo for everybody but root.
 * @param reader of a failure: people see it as text, a program as JSON. Default: program
 */
export function remoteCommand(command: Command, section: string, user: string, reader: 'people' | 'program' = 'program'): string {
  const run = `bash --norc -c 'read -r length && . <(head -c "$length" | base64 -d | gzip -d)' annex ${command} ${section} ${reader}`
  return user === 'root' ? run : `sudo -n ${run}`
}
