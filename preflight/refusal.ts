import * as pulumi from '@pulumi/pulumi'

/** What a preflight ends with when something is in the way: all of it at once. */
export function refusal(faults: string[]): pulumi.RunError {
  return new pulumi.RunError(`preflight found ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}; nothing was changed:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
}
