import { spawn } from 'node:child_process'
import { existsSync, openSync, closeSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from '../tools/lock.ts'
import { inherited, inNamespace, labFolder, labPath } from './environment.ts'

/** A process of the lab that outlives the command that started it. */
export interface LabProcess {
  /** Unique in the lab; also the name of its log, `.lab/log/<name>.log`. */
  name: string
  command: string
  args: readonly string[]
  /** One of the lab's network namespaces; left out, the process stays in the machine's own. */
  namespace?: string
  env?: Record<string, string>
  cwd?: string
}

interface ProcessRecord { pid: number; started: string; boot: string }

const folder = path.join(labFolder, 'processes')
const recordOf = (name: string) => path.join(folder, `${name}.json`)

/** Starts the process unless it runs already. Resolves when it has been recorded, not when it is ready to serve. */
export async function startProcess(wanted: LabProcess): Promise<number> {
  const already = processId(wanted.name)
  if (already !== undefined) return already
  const record = recordOf(wanted.name)
  mkdirSync(folder, { recursive: true })
  rmSync(record, { force: true })
  const [command, args] = wanted.namespace === undefined
    ? [wanted.command, [...wanted.args]]
    : inNamespace(wanted.namespace, wanted.command, wanted.args)
  const log = openSync(logOf(wanted.name), 'a')
  const child = spawn(path.join(import.meta.dirname, 'processes.sh'), [record, command, ...args], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: wanted.cwd ?? labFolder,
    env: { ...inherited(), ...wanted.env },
  })
  closeSync(log)
  child.unref()
  await until(`the process ${wanted.name} has started`, 20, () => existsSync(record) || child.exitCode !== null)
  const id = processId(wanted.name)
  if (id === undefined) throw new Error(`${wanted.name} ended right after its start; its log says:\n${lastLines(wanted.name)}`)
  return id
}

/** The id of a running process of the lab; undefined when it does not run (a zombie counts as ended). */
export function processId(name: string): number | undefined {
  let record: ProcessRecord
  try {
    record = JSON.parse(readFileSync(recordOf(name), 'utf8')) as ProcessRecord
  } catch {
    return undefined
  }
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return record.boot === boot && isAlive(record) ? record.pid : undefined
}

/** Names of all processes that the lab has recorded, whether they still run or not. */
export function recordedProcesses(): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length))
}

/** Asks the process to end, and after `patience` seconds (default 10) ends it; resolves when it is gone. */
export async function stopProcess(name: string, patience = 10): Promise<void> {
  const id = processId(name)
  if (id !== undefined) {
    process.kill(id, 'SIGTERM')
    try {
      await until(`${name} has ended`, patience, () => processId(name) === undefined)
    } catch {
      if (processId(name) === id) process.kill(id, 'SIGKILL')
      await until(`${name} has been killed`, 10, () => processId(name) === undefined)
    }
  }
  rmSync(recordOf(name), { force: true })
}

/** The file that holds what a process of the lab printed. */
export function logOf(name: string): string {
  return labPath('log', `${name}.log`)
}

/** The end of a process's log, for an error message. */
export function lastLines(name: string, count = 15): string {
  try {
    return readFileSync(logOf(name), 'utf8').trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return '(no log)'
  }
}

/** Asks again until `condition` is true. Throws, naming what it waited for, after `seconds`. */
export async function until(what: string, seconds: number, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1000
  for (let wait = 5; !(await condition()); wait = Math.min(wait * 2, 250)) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain until ${what}`)
    await pause(wait)
  }
}
