/** The controls of the multi-tenancy benchmark (kubernetes-sigs/multi-tenancy, benchmarks/README.md), and which attacks stand for each. */

export interface BenchmarkControl {
  /** The benchmark's own identifier; for a control that never got one, MTB- and the number of the issue in which it was planned. */
  id: string
  title: string
  profile: 1 | 2
}

/**
 * All 23. Two published identifiers are used twice there; node ports are MTB-PL1-BC-HI-2 here, the number left free between host paths and host networking.
 */
export const benchmark: readonly BenchmarkControl[] = [
  { id: 'MTB-PL1-CC-CPI-1', profile: 1, title: 'Block access to cluster resources' },
  { id: 'MTB-PL1-BC-CPI-2', profile: 1, title: 'Block access to multitenant resources' },
  { id: 'MTB-1197', profile: 1, title: 'Block access to other tenant resources' },
  { id: 'MTB-PL1-BC-CPI-3', profile: 1, title: 'Block add capabilities' },
  { id: 'MTB-PL1-CC-DI-1', profile: 1, title: 'Require always imagePullPolicy' },
  { id: 'MTB-PL1-BC-CPI-4', profile: 1, title: 'Require run as non-root user' },
  { id: 'MTB-PL1-BC-CPI-5', profile: 1, title: 'Block privileged containers' },
  { id: 'MTB-PL1-BC-CPI-6', profile: 1, title: 'Block privilege escalation' },
  { id: 'MTB-PL1-CC-FNS-1', profile: 1, title: 'Configure namespace resource quotas' },
  { id: 'MTB-PL1-CC-FNS-2', profile: 1, title: 'Configure namespace object limits' },
  { id: 'MTB-PL1-BC-HI-1', profile: 1, title: 'Block use of host path volumes' },
  { id: 'MTB-PL1-BC-HI-2', profile: 1, title: 'Block use of NodePort services' },
  { id: 'MTB-PL1-BC-HI-3', profile: 1, title: 'Block use of host networking and ports' },
  { id: 'MTB-PL1-BC-HI-4', profile: 1, title: 'Block use of host PID' },
  { id: 'MTB-PL1-BC-HI-5', profile: 1, title: 'Block use of host IPC' },
  { id: 'MTB-PL1-CC-TI-1', profile: 1, title: 'Block modification of resource quotas' },
  { id: 'MTB-1198', profile: 1, title: 'Require PersistentVolumeClaim for storage' },
  { id: 'MTB-1199', profile: 1, title: 'Require PV reclaim policy of delete' },
  { id: 'MTB-1200', profile: 1, title: 'Block use of existing PVs' },
  { id: 'MTB-1201', profile: 1, title: 'Block network access across tenant namespaces' },
  { id: 'MTB-PL2-BC-OPS-4', profile: 2, title: 'Allow self-service management of network policies' },
  { id: 'MTB-1202', profile: 2, title: 'Allow self-service management of roles' },
  { id: 'MTB-PL2-BC-OPS-3', profile: 2, title: 'Allow self-service management of role bindings' },
]
