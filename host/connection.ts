import { z } from 'zod'

/** How a host is reached. Authentication is by the agent in SSH_AUTH_SOCK only, so that no private key enters Pulumi state. */
export interface Connection {
  /** Address or name. */
  host: string
  /** TCP port of sshd. */
  port: number
  /** root, or a user with passwordless sudo. */
  user: string
  /** As in a known_hosts line after the name: `ssh-ed25519 AAAA…`. */
  hostKey: string
  /** A host to go through. It cannot have a jump host of its own. */
  jump?: Connection
}

/** @pulumi/command offers sshd the key's type as the signature's algorithm, and ssh-rsa as such is SHA-1, which sshd refuses. */
export const hostKeyForm = /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( .*)?$/
const hostKey = z.string().regex(hostKeyForm,
  'must be "ssh-ed25519 AAAA…" or "ecdsa-sha2-nistp256 AAAA…" (ssh-keyscan HOST shows them; compare with the host\'s console); an RSA key cannot be used')

/** Form of a user's name, which the configuration asks for too. */
export const userForm = /^[a-z_][a-z0-9_-]*$/

const fields = {
  host: z.string().min(1),
  port: z.int().min(1).max(65535),
  user: z.string().regex(userForm, 'must be a user\'s name'),
  hostKey,
}

const schema = z.strictObject({ ...fields, jump: z.strictObject(fields).optional() })

/** The connection, checked. @throws Error that lists every fault with its path. */
export function parseConnection(connection: Connection): Connection {
  const parsed = schema.safeParse(connection)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `  ${['connection', ...issue.path].join('.')}: ${issue.message}`)
  throw new Error(`The connection to ${connection.host} cannot be used:\n${faults.join('\n')}`)
}
