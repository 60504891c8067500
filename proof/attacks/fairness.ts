/** Taking more than one's share. Benchmark category: fairness. */
import type { Attack } from './attack.ts'
import { claim, container, pod, policySays, send } from './objects.ts'

const quotas = ['get', 'resourcequotas', '-n', '{namespace}', '-o', 'jsonpath={.items[*].spec.hard}']
const missing = { control: 'quota', expected: 'refused', refusal: 'never', command: quotas } as const
const limits = { control: 'limits', command: send, expected: 'refused', refusal: 'maximum .* usage per' } as const

export const fairness: Attack[] = [
  {
    ...missing, id: 'MTB-PL1-CC-FNS-1/compute', title: 'use CPU, memory and storage without a ceiling',
    harmlessWith: ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory', 'requests.storage', 'requests.ephemeral-storage', 'limits.ephemeral-storage'].map((it) => `"${it}":`),
  },
  {
    ...missing, id: 'MTB-PL1-CC-FNS-2/objects', title: 'make objects without a ceiling',
    harmlessWith: ['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers', 'count/jobs.batch', 'count/deployments.apps'].map((it) => `"${it}":`),
  },
  { ...limits, id: 'annex-fairness/cpu', title: 'take more CPU in one pod than one may have', input: pod({}, { resources: { ...container.resources, limits: { ...container.resources.limits, cpu: '{tooMuchCpu}' } } }) },
  {
    ...limits, refusal: 'minimum .* usage per', id: 'annex-fairness/unlimited', title: 'have no limit, by one of 0',
    input: pod({}, { resources: { requests: { cpu: '0', memory: '0', 'ephemeral-storage': '0' }, limits: { cpu: '0', memory: '0', 'ephemeral-storage': '0' } } }),
  },
  {
    control: 'affinity', command: send, expected: 'refused', refusal: 'exceeded quota: tenant-affinity', id: 'annex-fairness/affinity', title: 'keep the pods of all others from every node',
    input: pod({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{
      topologyKey: 'kubernetes.io/os', namespaceSelector: {}, labelSelector: { matchExpressions: [{ key: 'batch.kubernetes.io/job-name', operator: 'Exists' }] },
    }] } } }),
  },
  { ...limits, id: 'annex-fairness/claim', title: 'claim a larger volume than one may have', input: claim({ resources: { requests: { storage: '{tooMuchStorage}' } } }) },
  { control: 'pod-priority', command: send, expected: 'refused', refusal: policySays('pod-priority'), id: 'annex-fairness/priority', title: 'push other pods away', input: pod({ priorityClassName: 'system-cluster-critical' }) },
  { control: 'pod-labels', command: send, expected: 'refused', refusal: policySays('pod-labels'), id: 'annex-fairness/labels', title: 'carry a label that reads as a fact about a node', input: pod({}, {}, { labels: { 'topology.kubernetes.io/zone': 'elsewhere' } }) },
]
