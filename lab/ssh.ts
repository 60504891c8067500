import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { execa } from 'execa'
import type { Connection } from '../host/engine.ts'
import { labFolder, labPath } from './environment.ts'
import { startProcess, until } from './processes.ts'
import { type Host, type HostName, hosts } from './topology.ts'

/** The operator's private key; its public key is authorized on every host. */
export const operatorKey = path.join(labFolder, 'ssh', 'id_ed25519')
const agentSocket = path.join(labFolder, 'ssh', 'agent.sock')

/** Where a host's own key pair is kept, for as long as the host exists. */
export const hostKeyFile = (name: HostName) => path.join(labFolder, 'hosts', name, 'ssh_host_ed25519_key')

/** Makes the operator's key, once per checkout. */
export async function makeOperatorKey(): Promise<void> {
  if (existsSync(`${operatorKey}.pub`)) return
  rmSync(operatorKey, { force: true })
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'annex-lab-operator', '-f', labPath('ssh', 'id_ed25519')])
}

/** Starts the ssh-agent that holds the operator's key, unless it runs. */
export async function startAgent(): Promise<void> {
  if (agentSocket.length > 107) {
    throw new Error(`the path of this checkout is too long for a socket (${agentSocket}, ${agentSocket.length} characters, at most 107): clone it to a shorter path`)
  }
  const answers = async () => (await execa('ssh-add', ['-l'], { env: { SSH_AUTH_SOCK: agentSocket }, reject: false })).exitCode
  if (await answers() === 0) return
  if (await answers() !== 1) {
    rmSync(agentSocket, { force: true })
    await startProcess({ name: 'ssh-agent', command: 'ssh-agent', args: ['-D', '-a', agentSocket] })
    await until('the ssh-agent answers', 10, async () => await answers() !== 2)
  }
  await execa('ssh-add', ['-q', operatorKey], { env: { SSH_AUTH_SOCK: agentSocket } })
}

/** Writes the key of every host that exists; as they are made by the lab, nothing has to be trusted at first sight. */
export function writeKnownHosts(): void {
  const lines = Object.values(hosts)
    .filter((host) => existsSync(`${hostKeyFile(host.name)}.pub`))
    .map((host) => `${host.port === 22 ? host.address : `[${host.address}]:${host.port}`} ${hostKey(host.name)}`)
  writeFileSync(labPath('ssh', 'known_hosts'), `${lines.join('\n')}\n`)
}

/** How the host engine reaches a host of the lab from the operator's namespace. */
export function hostConnection(name: HostName): Connection {
  const { address, port, user, jump } = hosts[name]
  return { host: address, port, user, hostKey: hostKey(name), ...(jump === undefined ? {} : { jump: hostConnection(jump) }) }
}

/** Arguments of `ssh` for a host, to be run in the operator's namespace; nothing of the person's own ssh configuration is read. */
export function sshArguments(name: HostName): string[] {
  const host = hosts[name]
  return [...clientOptions(), '-p', String(host.port), ...proxy(host), `${host.user}@${host.address}`]
}

function clientOptions(): string[] {
  return ['-F', 'none', '-o', `UserKnownHostsFile=${path.join(labFolder, 'ssh', 'known_hosts')}`, '-o', 'StrictHostKeyChecking=yes', '-o', 'LogLevel=ERROR']
}

// Not ProxyJump: its ssh would read the person's own known_hosts.
function proxy(host: Host): string[] {
  if (host.jump === undefined) return []
  const jump = hosts[host.jump]
  return ['-o', `ProxyCommand=ssh ${clientOptions().join(' ')} -p ${jump.port} -W %h:%p ${jump.user}@${jump.address}`]
}

function hostKey(name: HostName): string {
  const [type, key] = readFileSync(`${hostKeyFile(name)}.pub`, 'utf8').split(' ')
  return `${type} ${key?.trim()}`
}
