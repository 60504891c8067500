/** One point of the guide's checklist: what is asked, and what the live system answered. */

export interface Point {
  /** Number in the guide's checklist. */
  number: number
  title: string
  /** Changes or deletes something of a tenant, so it is done only after a change of the stack. */
  disturbs?: boolean
  check: (system: System) => Promise<Answer>
}

/** `not set up` is for what annex does not install yet: it is never counted as ok. */
export type Verdict = 'ok' | 'failed' | 'not set up'

export interface Answer {
  verdict: Verdict
  evidence: Evidence[]
}

/** A command and what it answered, short enough for a table. */
export interface Evidence {
  command: string
  answer: string
}

/** What the points know of the stack, and how they ask the live system. */
export interface System {
  context: string
  /** `sshPort` is that of the public address; left out where SSH takes another way. */
  worker: { name: string; tunnelAddress: string; publicAddress: string; sshPort?: number; taintEffect: string }
  testApplication: { tenant: string; image: string }
  /** Nodes on which its pods may run; the worker is one of them. */
  tenantNodes: string[]
  /** One that is to be kept out of the test application. */
  otherTenant: string
  /** Image of probe pods: one with wget and nslookup. */
  probeImage: string
  /** Runs a command where the engineer works. */
  run: (command: string, args: string[], options?: { input?: string; timeoutSeconds?: number }) => Promise<Ran>
  /** Runs a command on the worker's host. */
  onWorker: (command: string[]) => Promise<Ran>
}

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** A verdict that holds only if all do. */
export function allOf(checks: { holds: boolean; evidence: Evidence }[]): Answer {
  return { verdict: checks.every(({ holds }) => holds) ? 'ok' : 'failed', evidence: checks.map(({ evidence }) => evidence) }
}
