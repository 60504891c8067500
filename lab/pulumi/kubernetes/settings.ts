/**
 * The provider's own configuration.
 */
import { isUnknown, equal, type Properties } from '../plugin/values.ts'
import { objectDiff } from '../plugin/object-diff.ts'
import type { CheckFailure, DiffResponse } from '../plugin/provider.ts'
import { activeCluster } from './kubeconfig.ts'

export interface Settings {
  kubeconfig: string
  context?: string
  cluster?: string
  namespace?: string
  deleteUnreachable: boolean
  skipUpdateUnreachable: boolean
  enablePatchForce: boolean
  upsertExistingObjects: boolean
}

/** `true` or `false` in the configuration, else in the environment. */
const SWITCHES = {
  deleteUnreachable: 'PULUMI_K8S_DELETE_UNREACHABLE',
  skipUpdateUnreachable: 'PULUMI_K8S_SKIP_UPDATE_UNREACHABLE',
  enablePatchForce: 'PULUMI_K8S_ENABLE_PATCH_FORCE',
  upsertExistingObjects: 'PULUMI_K8S_UPSERT_EXISTING_OBJECTS',
}
const COVERED = new Set([
  ...Object.keys(SWITCHES), 'kubeconfig', 'context', 'cluster', 'namespace', 'enableServerSideApply', 'kubeClientSettings',
  'suppressDeprecationWarnings', 'suppressHelmHookWarnings', 'clusterIdentifier', 'version', 'pluginDownloadURL',
])

/** What the stand-in cannot do must not be asked of it silently. */
export function checkSettings(inputs: Properties): CheckFailure[] {
  const failures = Object.keys(inputs)
    .filter((property) => !COVERED.has(property) && !property.startsWith('__'))
    .map((property) => ({ property, reason: `the lab's stand-in for pulumi-resource-kubernetes does not cover this option; it has ${[...COVERED].join(', ')}` }))
  if (inputs.enableServerSideApply !== undefined && String(inputs.enableServerSideApply) !== 'true') {
    failures.push({ property: 'enableServerSideApply', reason: `the lab's stand-in for pulumi-resource-kubernetes knows server-side apply only; ${String(inputs.enableServerSideApply)} was asked for, leave the option away` })
  }
  return failures
}

export function readSettings(args: Properties): Settings {
  const text = (key: string) => (typeof args[key] === 'string' && args[key] !== '' ? args[key] : undefined)
  const enabled = (key: keyof typeof SWITCHES) => String(args[key] ?? process.env[SWITCHES[key]] ?? false) === 'true'
  return {
    kubeconfig: typeof args.kubeconfig === 'object' && args.kubeconfig ? JSON.stringify(args.kubeconfig) : (text('kubeconfig') ?? ''),
    context: text('context'),
    cluster: text('cluster'),
    namespace: text('namespace'),
    deleteUnreachable: enabled('deleteUnreachable'),
    skipUpdateUnreachable: enabled('skipUpdateUnreachable'),
    enablePatchForce: enabled('enablePatchForce'),
    upsertExistingObjects: enabled('upsertExistingObjects'),
  }
}

/** Another cluster means other objects: then everything is replaced. Another user of the same cluster changes nothing. */
export function diffSettings(olds: Properties, news: Properties): DiffResponse {
  const diffs = [...new Set(Object.keys(objectDiff(olds, news)).map((path) => path.split(/[.[]/)[0]!))].sort()
  if (diffs.length === 0) return { changes: 'DIFF_NONE' }
  const pointers = ['kubeconfig', 'context', 'cluster']
  const unknown = pointers.find((key) => isUnknown(news[key]))
  if (unknown) return { changes: 'DIFF_SOME', diffs: [unknown], replaces: [unknown] }
  if (news.clusterIdentifier && olds.clusterIdentifier) {
    return { changes: 'DIFF_SOME', diffs, ...(olds.clusterIdentifier !== news.clusterIdentifier && { replaces: ['clusterIdentifier'] }) }
  }
  const before = pointedAt(olds)
  const after = pointedAt(news)
  const replaces = before && after && !equal(before as Properties, after as Properties) ? pointers.filter((key) => diffs.includes(key)) : []
  return { changes: 'DIFF_SOME', diffs, ...(replaces.length > 0 && { replaces }) }
}

function pointedAt(args: Properties): object | undefined {
  const { kubeconfig, ...overrides } = readSettings(args)
  return activeCluster(kubeconfig, overrides)
}
