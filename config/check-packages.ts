/** Whether the versions of packages are those that their repositories have, as far as the names say: apt would find out only on a drained node. Works on raw input, any part of which may be missing or of another shape. */
import { type Fault, list, show } from './fault.ts'

interface RawRepository { uri?: string; suite?: string; components?: string[] }
interface Raw { packages?: { kubernetes?: RawRepository; kubernetesVersion?: string; containerd?: RawRepository; containerdVersion?: string } }

/** Suites of Docker's repositories that are releases of a distribution. */
const releases = ['bullseye', 'bookworm', 'trixie', 'forky', 'focal', 'jammy', 'noble', 'plucky', 'questing']

export function packageFaults(raw: Raw): Fault[] {
  const { kubernetes, kubernetesVersion, containerd, containerdVersion } = raw?.packages ?? {}
  return [
    ...repositoryFaults('annex:packages.kubernetes', kubernetes),
    ...repositoryFaults('annex:packages.containerd', containerd),
    ...minorFaults(kubernetes?.uri, kubernetesVersion),
    ...releaseFaults(containerd?.suite, containerdVersion),
  ]
}

/** An entry that apt cannot read ends all that apt does on the host (sources.list(5)). */
function repositoryFaults(path: string, repository: RawRepository | undefined): Fault[] {
  const { uri, suite } = repository ?? {}
  const components = list(repository?.components)
  const flat = typeof suite === 'string' && suite.endsWith('/')
  return [
    ...(flat && components.length > 0 ? [{ path: `${path}.components`, seen: show(components), message: `has no place beside a suite that ends in "/" (${show(suite)}), which is a flat repository: remove one of the two` }] : []),
    ...(typeof suite === 'string' && !flat && components.length === 0 && (repository?.components === undefined || Array.isArray(repository.components)) ? [{ path: `${path}.components`, seen: show(repository?.components), message: `at least one is needed for the suite ${show(suite)}, like [stable]; the suite of a flat repository ends in "/"` }] : []),
    ...(typeof uri === 'string' && /\/rpm\/?$/.test(uri) ? [{ path: `${path}.uri`, seen: show(uri), message: 'is the repository for rpm: the one for apt ends in /deb/' }] : []),
  ]
}

/** Kubernetes has a repository for each minor. */
function minorFaults(uri: unknown, version: unknown): Fault[] {
  const offered = typeof uri === 'string' ? /\/v(1\.\d+)\/deb\/?$/.exec(uri)?.[1] : undefined
  const wanted = typeof version === 'string' ? /^1\.\d+/.exec(version)?.[0] : undefined
  if (offered === undefined || wanted === undefined || offered === wanted) return []
  return [{ path: 'annex:packages.kubernetesVersion', seen: show(version), message: `is not in annex:packages.kubernetes.uri = ${show(uri)}, which has ${offered} only: change one of the two` }]
}

/** Docker's versions end in the release that they were built for. */
function releaseFaults(suite: unknown, version: unknown): Fault[] {
  const wanted = typeof version === 'string' ? /~([a-z]+)$/.exec(version)?.[1] : undefined
  if (wanted === undefined || wanted === suite || typeof suite !== 'string' || !releases.includes(suite)) return []
  return [{ path: 'annex:packages.containerdVersion', seen: show(version), message: `is not in the suite ${suite} of annex:packages.containerd: change one of the two` }]
}
