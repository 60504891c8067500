/** Seconds of processor time that the work takes: what else the machine does at the moment adds nothing to it. */
export function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}
