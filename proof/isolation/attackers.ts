/** The pods that attack and are attacked. */
import { podSecurity } from '../../apps/render.ts'
import { openNamespace } from '../attacks/open.ts'
import type { PodAttack } from '../attacks/inside.ts'

export const names = { attacker: 'annex-proof', victim: 'annex-proof-victim' }
const port = 8080

const labels = (name: string) => ({ 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'annex-proof' })
const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }

interface Where {
  namespace: string
  image: string
  /** With the host's files and every right on it; else what fits `restricted`. */
  privileged: boolean
  /** Goes past the scheduler, which would keep a pod without a toleration off the node of a tenant: only in the unprotected namespace. */
  nodeName?: string
}

/** Names no limits, so that it has what the namespace gives. */
export function renderAttacker(where: Where) {
  // Asks for some CPU, or a busy node would hold it where no limit does.
  return renderPod(where, names.attacker, serve(''), { requests: { cpu: '100m' } })
}

/** A web server with one large file. */
export function renderVictim(where: Where) {
  return renderPod(where, names.victim, serve('dd if=/dev/zero of=/data/big bs=1M count=32 2>/dev/null; '))
}

export function renderSacrifice(where: Where, { pod, script, resources }: PodAttack) {
  // Only the tenant's pod is held by limits; the other is free.
  return renderPod(where, pod, script, where.namespace === openNamespace ? undefined : resources)
}

/** Of the unprotected namespace a node port, so that there is one to reach. */
export function renderVictimService(namespace: string) {
  return {
    apiVersion: 'v1', kind: 'Service', metadata: { name: names.victim, namespace, labels: labels(names.victim) },
    spec: { ...(namespace === openNamespace ? { type: 'NodePort' } : {}), selector: { 'app.kubernetes.io/name': names.victim }, ports: [{ port: 80, targetPort: port }] },
  }
}

const serve = (before: string) => `${before}exec httpd -f -p ${port} -h /data`

function renderPod({ namespace, image, privileged, nodeName }: Where, name: string, script: string, resources?: object) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: labels(name) },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(privileged ? {} : { securityContext: podSecurity }),
      containers: [{
        name: 'attacker',
        image,
        command: ['sh', '-c', script],
        ...(resources === undefined ? {} : { resources }),
        securityContext: privileged ? { privileged: true } : restricted,
        volumeMounts: [{ name: 'data', mountPath: '/data' }, ...(privileged ? [{ name: 'host', mountPath: '/host' }] : [])],
      }],
      volumes: [{ name: 'data', emptyDir: {} }, ...(privileged ? [{ name: 'host', hostPath: { path: '/' } }] : [])],
    },
  }
}
