/**
 * The machine's own sshd as a plain process on a loopback port, with keys and a configuration made for one test.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Sshd {
  port: number
  folder: string
  /** PEM of a key that may log in as root. */
  privateKey: string
  /** Path of that key. */
  identity: string
  /** `ssh-ed25519 AAAA...` */
  hostKey: string
  /** What sshd said. */
  log(): string
  stop(): Promise<void>
}

/** @param lines more lines for sshd_config */
export async function startSshd(lines: string[] = []): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'annex-sshd-'))
  const key = (name: string) => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(folder, name)])
    return readFileSync(join(folder, name), 'utf8')
  }
  key('host')
  const privateKey = key('id')
  const port = await freePort()
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(join(folder, 'id.pub')), { mode: 0o600 })
  writeFileSync(
    join(folder, 'config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      `PidFile ${join(folder, 'pid')}`,
      'PermitRootLogin yes',
      'StrictModes no',
      'UsePAM no',
      'MaxStartups 100',
      ...lines,
    ].join('\n') + '\n',
  )
  // Its privilege separation wants this folder, which only the service's unit makes.
  mkdirSync('/run/sshd', { recursive: true })
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()))
  await answering(port, child, () => said)

  return {
    port,
    folder,
    privateKey,
    identity: join(folder, 'id'),
    hostKey: readFileSync(join(folder, 'host.pub'), 'utf8').trim(),
    log: () => said,
    async stop() {
      const ended = new Promise((resolve) => child.once('close', resolve))
      if (child.exitCode === null) {
        child.kill()
        await ended
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A port on loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function answering(port: number, child: ChildProcess, said: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`sshd ended with ${child.exitCode}: ${said()}`)
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => (socket.destroy(), resolve(true)))
      socket.once('error', () => resolve(false))
    })
    if (up) return
    await delay(20)
  }
}
