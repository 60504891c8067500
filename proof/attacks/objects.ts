/** Objects that attacks send: each fits every control but the one that is attacked. */
import { containerSecurity, podSecurity } from '../../apps/render.ts'

type Fields = Record<string, unknown>

/** kubectl's arguments to send an object without keeping it. */
export const send = ['create', '--dry-run=server', '-f', '-']

/** What admission policies of annex say. */
export const policySays = (name: string) => `ValidatingAdmissionPolicy 'annex-tenant-${name}'`
export const podSecuritySays = 'violates PodSecurity "restricted'
export const rbacSays = 'cannot .* resource'

/** In full, so that a pod needs no default of a limit range. */
const resources = Object.fromEntries(['requests', 'limits'].map((side) => [side, { cpu: '10m', memory: '16Mi', 'ephemeral-storage': '16Mi' }]))

/** A container that fits every control. */
export const container = { name: 'attack', image: '{image}', command: ['sleep', '60'], resources, securityContext: containerSecurity }

/** A pod that fits every control, but for what is given: of the pod, of its container, of its metadata. */
export function pod(spec: Fields = {}, change: Fields = {}, metadata: Fields = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'attack', namespace: '{namespace}', ...metadata },
    spec: {
      automountServiceAccountToken: false,
      securityContext: podSecurity,
      containers: [{ ...container, ...change }],
      ...spec,
    },
  }
}

export function service(spec: Fields) {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'attack', namespace: '{namespace}' }, spec: { ports: [{ port: 80 }], ...spec } }
}

export function networkPolicy(spec: Fields, metadata: Fields = {}) {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'attack', namespace: '{namespace}', ...metadata }, spec: { podSelector: {}, ...spec } }
}

export function role(rules: Fields[]) {
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'attack', namespace: '{namespace}' }, rules }
}

export function roleBinding(roleRef: { kind: string; name: string }, subjects: Fields[]) {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'attack', namespace: '{namespace}' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...roleRef },
    subjects,
  }
}

export function claim(spec: Fields) {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'attack', namespace: '{namespace}' },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local-storage-vps', resources: { requests: { storage: '1Mi' } }, ...spec },
  }
}

export function ingress(spec: Fields, metadata: Fields = {}) {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'attack', namespace: '{namespace}', ...metadata }, spec }
}

export function httpRoute(spec: Fields) {
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'attack', namespace: '{namespace}' }, spec }
}
