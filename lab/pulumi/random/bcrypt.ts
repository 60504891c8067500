/**
 * bcrypt, which node has not: by libcrypt, through the perl that every Debian has.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'

const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** The hash of the first 72 bytes with cost 10, as the official plugin makes it. */
export async function bcryptHash(password: string): Promise<string> {
  const salt = Array.from(randomBytes(21), (byte) => ALPHABET[byte % 64]).join('')
  // 21 characters are 126 of the 128 bits; the last one holds the other two, here as zeros.
  const setting = `$2a$10$${salt}.`
  const perl = spawn('perl', ['-e', 'local $/; print crypt(<STDIN>, $ARGV[0])', setting], { stdio: ['pipe', 'pipe', 'ignore'] })
  let hash = ''
  perl.stdout.on('data', (bytes: Buffer) => (hash += bytes))
  perl.stdin.end(Buffer.from(password).subarray(0, 72))
  const [code] = await once(perl, 'close')
  if (code !== 0 || !hash.startsWith('$2a$10$')) throw new Error('no bcrypt hash could be made: perl with libcrypt is needed')
  return hash
}
