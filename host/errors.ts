import type { Connection } from './connection.ts'

/** A host that cannot be looked at or changed: the message says which one, what was seen, and the fix. */
export class HostFailure extends Error {
  readonly address: string

  constructor(connection: Connection, seen: string, fix: string) {
    const address = `${connection.user}@${connection.host}:${connection.port}`
    super(`${address}: ${seen}\n  Fix: ${fix}`)
    this.name = new.target.name
    this.address = address
  }
}

/** Nothing answered, or not as an SSH server. */
export class Unreachable extends HostFailure {}

/** Another host key than the configured one: another host, or somebody in between. */
export class HostKeyMismatch extends HostFailure {}

/** The host accepts none of the agent's keys, or lets their user run nothing. */
export class AuthenticationFailed extends HostFailure {}

/** Logged in, but neither root nor allowed to become it without a password. */
export class NotRoot extends HostFailure {}
