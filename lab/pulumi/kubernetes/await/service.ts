import type { Rule, Situation, Verdict } from './rule.ts'

/** Milliseconds that a Service's endpoints are given to settle. */
const PAUSE = 10_000

/** Ready when the pods behind it are all ready and have settled; a load balancer needs its address. */
export const serviceRule: Rule = {
  related: ['v1/Endpoints'],
  atRead: true,
  judge,
}

function judge({ object, world, settling, atRead }: Situation): Verdict {
  const { spec = {}, status = {} } = object
  const type = spec.type ?? 'ClusterIP'
  const hasAddress = type !== 'LoadBalancer' || (status.loadBalancer?.ingress?.length ?? 0) > 0
  const hasNoPods = type === 'ExternalName' || spec.clusterIP === 'None' || Object.keys(spec.selector ?? {}).length === 0
  if (hasNoPods) return { ready: hasAddress, reasons: hasAddress ? [] : [NO_ADDRESS] }

  const endpoints = world.all('v1/Endpoints').find(({ metadata }) => metadata!.name === object.metadata!.name)
  const subsets: { addresses?: object[]; notReadyAddresses?: object[] }[] = endpoints?.subsets ?? []
  const some = subsets.some(({ addresses }) => addresses?.length)
  const pending = subsets.some(({ notReadyAddresses }) => notReadyAddresses?.length)
  const left = endpoints && settling('endpoints', JSON.stringify(subsets), PAUSE)
  const settled = left === 0 || atRead === true
  if (hasAddress && settled && !pending) return { ready: true, status: [{ severity: 'info', message: '✅ Service initialization complete' }] }
  return {
    ready: false,
    status: [{ severity: 'info', message: settled && some ? '[2/3] Attempting to allocate IP address to Service' : '[1/3] Finding Pods to direct traffic to' }],
    reasons: [...(some ? [] : [NO_PODS]), ...(hasAddress ? [] : [NO_ADDRESS])],
    again: settled ? undefined : left,
    readyWhenCut: hasAddress && !pending,
  }
}

const NO_PODS = "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods"
const NO_ADDRESS = 'Service was not allocated an IP address; does your cloud provider support this?'
