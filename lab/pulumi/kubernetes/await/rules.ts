/**
 * Which rule an object is waited for with.
 */
import { annotation, typeOf, type KubernetesObject } from '../objects.ts'
import { waitForRule } from './conditions.ts'
import { daemonSetRule } from './daemonset.ts'
import { deploymentRule } from './deployment.ts'
import { jobRule } from './job.ts'
import { podRule } from './pod.ts'
import type { Rule } from './rule.ts'
import { serviceRule } from './service.ts'
import { statefulSetRule } from './statefulset.ts'
import { persistentVolumeClaimRule, persistentVolumeRule, resourceQuotaRule } from './storage.ts'

const RULES: { [type: string]: Rule } = {
  'apps/v1/DaemonSet': daemonSetRule,
  'apps/v1/Deployment': deploymentRule,
  'apps/v1/StatefulSet': statefulSetRule,
  'batch/v1/Job': jobRule,
  'v1/PersistentVolume': persistentVolumeRule,
  'v1/PersistentVolumeClaim': persistentVolumeClaimRule,
  'v1/Pod': podRule,
  'v1/ResourceQuota': resourceQuotaRule,
  'v1/Service': serviceRule,
}
/** Kinds that the official plugin waits for and the stand-in cannot. */
const UNCOVERED = new Set(['networking.k8s.io/v1/Ingress', 'v1/ReplicationController'])
/** Kinds for which `pulumi.com/skipAwait` also keeps a deletion from being waited for. */
const SKIPPED_AT_DELETE = new Set(['v1/Namespace', 'v1/Pod', 'v1/ReplicationController', 'apps/v1/DaemonSet', 'apps/v1/Deployment', 'apps/v1/StatefulSet', 'batch/v1/Job'])

/** The rule after a create or update; undefined when there is nothing to wait for. */
export function ruleFor(inputs: KubernetesObject): Rule | undefined {
  if (skipsAwait(inputs)) return undefined
  const asked = annotation(inputs, 'pulumi.com/waitFor')
  return asked ? waitForRule(asked) : RULES[typeOf(inputs)]
}

/** Whether the official plugin would wait here by a rule that the stand-in does not have. */
export function isUncovered(inputs: KubernetesObject): boolean {
  return UNCOVERED.has(typeOf(inputs)) && !skipsAwait(inputs) && !annotation(inputs, 'pulumi.com/waitFor')
}

/** The rule by which a refresh judges. */
export function readRuleFor(inputs: KubernetesObject): Rule | undefined {
  const rule = skipsAwait(inputs) ? undefined : RULES[typeOf(inputs)]
  return rule?.atRead ? rule : undefined
}

export function waitsForDeletion(inputs: KubernetesObject): boolean {
  return !(skipsAwait(inputs) && SKIPPED_AT_DELETE.has(typeOf(inputs)))
}

export function skipsAwait(object: KubernetesObject): boolean {
  return annotation(object, 'pulumi.com/skipAwait') === 'true'
}
