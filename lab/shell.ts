/** The operator's place: a shell, or one command, or a host by SSH. */
import { operatorEnvironment, runAsOperator } from './environment.ts'
import { namespaceExists, refuseForeignNetwork } from './network.ts'
import { installStandIns } from './pulumi/install.ts'
import { sshArguments } from './ssh.ts'
import { type HostName, hosts } from './topology.ts'

/** Opens a shell where kubectl and pulumi talk to the lab, or runs one command there. @returns its exit code */
export async function shell(command: string[]): Promise<number> {
  if (command.length > 0) return attached(command[0]!, command.slice(1))
  console.error('kubectl, pulumi and ssh talk to the lab here; "exit" leaves.')
  return attached('bash', ['--norc', '-i'], { PS1: 'annex-lab:\\W# ' })
}

/** Logs in to a host, or runs one command there. @returns the exit code of that */
export async function ssh([host, ...command]: string[]): Promise<number> {
  if (host === undefined || !(host in hosts)) throw new Error(`npm run ssh HOST: HOST is one of ${Object.keys(hosts).join(', ')}, not ${JSON.stringify(host ?? '')}`)
  return attached('ssh', [...sshArguments(host as HostName), ...command])
}

/** @throws Error with the fix, where the lab is down. */
export function requireLab(): void {
  refuseForeignNetwork()
  if (!namespaceExists('annex-operator')) throw new Error('the lab is down: npm start, or npm run lab up')
}

async function attached(command: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  requireLab()
  // An interrupt is for what runs inside.
  process.on('SIGINT', () => {})
  installStandIns(operatorEnvironment()['PULUMI_HOME']!)
  const { exitCode, signal } = await runAsOperator(command, args, { stdio: 'inherit', reject: false, env })
  return exitCode ?? (signal === undefined ? 1 : 130)
}
