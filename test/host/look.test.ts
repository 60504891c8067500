import assert from 'node:assert/strict'
import { AuthenticationFailed, HostFailure, NotRoot } from '../../host/errors.ts'
import { failureOf, look } from '../../host/look.ts'
import { startHost } from './answering.ts'

const connection = { host: '198.51.100.11', port: 22, user: 'debian', hostKey: 'ssh-ed25519 AAAA' }
const told = '{"item":"volume pg","error":"/mnt/annex/pg is still in use","fix":"stop what uses it"}'

/** What a session wrote and its exit code, and what the user reads. */
const cases: [string, string, number, typeof HostFailure, RegExp][] = [
  ['what the engine says', told, 70, HostFailure, /volume pg: \/mnt\/annex\/pg is still in use[^]*stop what uses it/],
  ['what the engine says, though sudo has warned before', `sudo: unable to resolve host vps-7f3a: Name or service not known\n${told}\n`, 70, HostFailure, /volume pg/],
  ['a password that is asked for', 'sudo: a password is required\n', 1, NotRoot, /cannot become root without a password[^]*NOPASSWD/],
  ['a password that sudo-rs would ask for', 'sudo-rs: interactive authentication is required\n', 1, NotRoot, /cannot become root without a password[^]*NOPASSWD/],
  ['a user whom sudo-rs does not know', "sudo-rs: I'm sorry deploy. I'm afraid I can't do that\n", 1, NotRoot, /cannot become root without a password[^]*NOPASSWD/],
  ['a terminal that is asked for', 'sudo: sorry, you must have a tty to run sudo\n', 1, NotRoot, /without a terminal[^]*!requiretty/],
  ['a host without sudo', 'bash: line 1: sudo: command not found\n', 127, NotRoot, /has no sudo/],
  ['anything else', 'perl: not found\n', 127, HostFailure, /exit code 127: perl: not found/],
]

describe('a session that failed', () => {
  for (const [what, stderr, code, kind, text] of cases) {
    it(`is told by ${what}`, () => {
      const failure = failureOf(connection, 'look', { code, stdout: '', stderr })
      assert.equal(failure.constructor, kind)
      assert.match(failure.message, text)
    })
  }

  it('is told by what a cloud image lets root do', () => {
    const stdout = 'Please login as the user "debian" rather than the user "root".\n\n'
    const failure = failureOf({ ...connection, user: 'root' }, 'look', { code: 142, stdout, stderr: '' })
    assert.equal(failure.constructor, AuthenticationFailed)
    assert.match(failure.message, /user root may not run anything there: the image has the user debian for that[^]*set ssh\.user: debian/)
  })

  it('is told by what stood in the shell’s place, where nothing was said of an error', () => {
    assert.match(failureOf(connection, 'look', { code: 1, stdout: 'This account is not available.\n', stderr: '' }).message, /exit code 1: This account is not available/)
  })
})

describe('the time of a look', () => {
  /** Looks at a host whose clock says what the shell makes of `clock`. */
  async function lookAt(clock: string) {
    const host = await startHost([`ForceCommand cat >/dev/null; printf '{"facts":{"clock":%s}}' "${clock}"; sleep 0.1`])
    try {
      const asked = Date.now() / 1000
      return { asked, ...await look(host.connection), answered: Date.now() / 1000 }
    } finally {
      await host.stop()
    }
  }

  it('is the host’s own where it can be right', async () => {
    const { now, facts } = await lookAt('$(date +%s.%N)')
    assert.equal(now, facts.clock)
  })

  for (const [what, clock] of [['late', '0'], ['early', '99999999999']]) {
    it(`is this machine’s where the host’s clock is ${what}, which shows by how much`, async () => {
      const { asked, now, answered } = await lookAt(clock!)
      assert.ok(asked <= now && now <= answered, `${now} is not from ${asked} to ${answered}`)
    })
  }
})
