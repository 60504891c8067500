/** The small applications of the stack, as plain data that fits Pod Security level `restricted`. */
import { storageClassName } from '../components/local-storage/render.ts'

/** busybox's httpd listens here; below 1024 it would need root. */
const httpPort = 8080

export const podSecurity = { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } }
export const containerSecurity = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }

const restrictedPod = {
  automountServiceAccountToken: false,
  // httpd as the first process of a container does not hear SIGTERM.
  terminationGracePeriodSeconds: 2,
  securityContext: podSecurity,
}

/** Its pods have one container at a time. */
export const containerLimits = { cpu: '100m', memory: '32Mi' }

/** The first page of the test application; kept on the volume, so that it shows whether data survives. */
export const testPage = 'annex test application'

/** A StatefulSet whose page lives on a local volume. */
export function renderTestApplication(namespace: string, image: string, storage: string) {
  const labels = ownLabels('test-app')
  const data = { name: 'data', mountPath: '/data' }
  return {
    metadata: { name: 'test-app', namespace, labels },
    spec: {
      serviceName: 'test-app',
      replicas: 1,
      selector: { matchLabels: { 'app.kubernetes.io/name': 'test-app' } },
      template: {
        metadata: { labels },
        spec: {
          ...restrictedPod,
          initContainers: [{
            ...container('page', image),
            command: ['sh', '-c', `[ -s /data/index.html ] || echo "${testPage}" > /data/index.html`],
            volumeMounts: [data],
          }],
          containers: [{ ...httpd('test-app', image, data.mountPath), volumeMounts: [data] }],
        },
      },
      volumeClaimTemplates: [{
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage } } },
      }],
    },
  }
}

/** Stands for the platform's IAM: tenants resolve and reach it at iam-service.paas-system.svc.cluster.local. */
export function renderIamService(namespace: string, image: string) {
  const labels = ownLabels('iam-service')
  const data = { name: 'page', mountPath: '/data' }
  return {
    metadata: { name: 'iam-service', namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { 'app.kubernetes.io/name': 'iam-service' } },
      template: {
        metadata: { labels },
        spec: {
          ...restrictedPod,
          initContainers: [{ ...container('page', image), command: ['sh', '-c', 'echo iam > /data/index.html'], volumeMounts: [data] }],
          containers: [{ ...httpd('iam-service', image, data.mountPath), volumeMounts: [data] }],
          volumes: [{ name: data.name, emptyDir: { sizeLimit: '1Mi' } }],
        },
      },
    },
  }
}

export function renderService(name: string, namespace: string) {
  return {
    metadata: { name, namespace, labels: ownLabels(name) },
    spec: { selector: { 'app.kubernetes.io/name': name }, ports: [{ name: 'http', port: 80, targetPort: httpPort }] },
  }
}

function httpd(name: string, image: string, folder: string) {
  return {
    ...container(name, image),
    command: ['httpd', '-f', '-p', String(httpPort), '-h', folder],
    ports: [{ name: 'http', containerPort: httpPort }],
    readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 2 },
  }
}

function container(name: string, image: string) {
  return {
    name,
    image,
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: containerLimits },
    securityContext: containerSecurity,
  }
}

function ownLabels(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'annex' }
}
