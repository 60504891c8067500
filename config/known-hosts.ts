/** The keys of hosts, as OpenSSH keeps them. */
import { execFileSync } from 'node:child_process'
import ssh2 from 'ssh2'
import { hostKeyForm } from '../host/connection.ts'
import { holds } from './fault.ts'

/** What a known_hosts file says of a host: the key to expect, or why there is none. */
export type KnownKey = { key: string } | { key: undefined; reason: string }

/**
 * OpenSSH itself reads the file, hashed names included. A key that is marked as revoked is none, and neither is the one of a certificate authority
 * (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT): annex compares the key of the host itself.
 */
export function knownKey(file: string, host: string, port: number): KnownKey {
  const lines = linesOf(file, host, port)
  const revoked = lines.filter(({ marker }) => marker === '@revoked').map(({ key }) => key)
  const keys = lines.filter(({ marker, key }) => marker === undefined && !revoked.includes(key)).map(({ key }) => key)
  const usable = keys.filter(isUsable)
  const key = usable.find((it) => it.startsWith('ssh-ed25519 ')) ?? usable[0]
  if (key !== undefined) return { key }
  if (keys.length > 0) return { key: undefined, reason: `has no key for it that can be used (${keys.map((it) => it.split(' ')[0]).join(', ')}): a whole line with an ssh-ed25519 or ecdsa-sha2-nistp key is needed` }
  return { key: undefined, reason: revoked.length > 0 ? 'has only a revoked key for it' : 'has no key for it' }
}

/** Whole, and of a type that SSH can use here. */
function isUsable(key: string): boolean {
  return hostKeyForm.test(key) && holds(() => {
    const parsed = ssh2.utils.parseKey(key)
    return !(parsed instanceof Error) && parsed.type === key.split(' ')[0]
  })
}

function linesOf(file: string, host: string, port: number): { marker: string | undefined; key: string }[] {
  return found(file, port === 22 ? host : `[${host}]:${port}`).split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
    const words = line.trim().split(/\s+/)
    const marker = words[0]!.startsWith('@') ? words.shift() : undefined
    return { marker, key: `${words[1]} ${words[2]}` }
  })
}

/** ssh-keygen fails where there is none. */
function found(file: string, name: string): string {
  try {
    return execFileSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}
