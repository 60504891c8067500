/** The stack lock of Pulumi's file backend, which a killed `pulumi` leaves behind. */
import { existsSync, readdirSync, readFileSync, unlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startTime } from '../tools/lock.ts'

/** What Pulumi writes into a lock file. */
export interface LockHolder {
  pid: number
  username: string
  hostname: string
  timestamp: string
}

/** Start of a living process of this machine, or undefined. */
export type StartOf = (pid: number) => Date | undefined

/**
 * Whether a lock's holder is dead for certain: it ran on this machine and its process is gone, or its id went to a process
 * that started after the lock was taken. A holder on another machine is never taken for dead.
 */
export function holderIsDead(holder: LockHolder, hostname: string, startOf: StartOf): boolean {
  if (holder.hostname !== hostname) return false
  const start = startOf(holder.pid)
  // /proc tells starts to the hundredth of a second, and the lock is taken some time after the start.
  return start === undefined || start.getTime() > Date.parse(holder.timestamp) + 1000
}

/**
 * Removes the locks of dead holders.
 * @param state folder of the file backend
 * @returns what was broken, one line each
 * @throws Error that names the holder, where one is alive or on another machine
 */
export function breakDeadLocks(state: string, stack: string): string[] {
  const folder = path.join(state, '.pulumi', 'locks', 'organization', 'annex', stack)
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => {
    const file = path.join(folder, name)
    const holder = JSON.parse(readFileSync(file, 'utf8')) as LockHolder
    const who = `process ${holder.pid} of ${holder.username} on ${holder.hostname}, since ${holder.timestamp}`
    if (!holderIsDead(holder, os.hostname(), startOfProcess)) {
      throw new Error(`stack ${stack} is locked by ${who}: wait for it, or end it; if that machine is gone for good, "pulumi cancel" breaks the lock`)
    }
    unlinkSync(file)
    return `broke the stack lock of a dead holder (${who})`
  })
}

/** Ticks of proc(5) in a second (USER_HZ). */
const ticks = 100

/** The times of a process's folder in /proc say nothing of this: it is made when somebody first looks. */
function startOfProcess(pid: number): Date | undefined {
  const started = startTime(pid)
  if (started === undefined) return undefined
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  return new Date(Date.now() - (uptime - Number(started) / ticks) * 1000)
}
