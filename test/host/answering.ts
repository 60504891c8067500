/** A host that answers: this machine's sshd, and the agent and the records of who asks it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import type { Connection } from '../../host/connection.ts'
import { until } from '../../lab/processes.ts'
import { startSshd } from '../lab/pulumi/sshd.ts'

export interface AnsweringHost {
  connection: Connection
  stop(): Promise<void>
}

/** Until it is stopped, this process and what it starts log in there. @param lines more lines for sshd_config */
export async function startHost(lines: string[] = []): Promise<AnsweringHost> {
  const sshd = await startSshd(lines)
  const folder = mkdtempSync(path.join(tmpdir(), 'annex-answering-'))
  const before = { ...process.env }
  Object.assign(process.env, { SSH_AUTH_SOCK: path.join(folder, 'agent'), XDG_CACHE_HOME: folder })
  const agent = execa('ssh-agent', ['-D', '-a', path.join(folder, 'agent')], { reject: false })
  await until('the agent has the key', 10, async () => (await execa('ssh-add', ['-q', sshd.identity], { reject: false })).exitCode === 0)
  return {
    connection: { host: '127.0.0.1', port: sshd.port, user: 'root', hostKey: sshd.hostKey },
    async stop() {
      for (const name of ['SSH_AUTH_SOCK', 'XDG_CACHE_HOME']) {
        if (before[name] === undefined) delete process.env[name]
        else process.env[name] = before[name]
      }
      agent.kill()
      await agent
      await sshd.stop()
      rmSync(folder, { recursive: true })
    },
  }
}
