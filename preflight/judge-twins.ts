/** Whether the hosts of the configuration are different ones, from facts alone. */

/** @returns one sentence for each host that is another one too: the value seen, the fix. */
export function judgeTwins(hosts: readonly { name: string; machineId: string }[]): string[] {
  return hosts.flatMap(({ name, machineId }, i) => {
    const first = machineId === '' ? undefined : hosts.slice(0, i).find((other) => other.machineId === machineId)
    if (first === undefined) return []
    return [`${name}: its machine id ${machineId} is that of ${first.name} too, so it is the same host, or both are copies of one image. Take one of them out; or give this copy its own id: rm /etc/machine-id; systemd-machine-id-setup; reboot`]
  })
}
