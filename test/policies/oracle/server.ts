import { Agent, request } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { Cluster } from '../../lab/pulumi/cluster.ts'

/** What the API server makes of an object in a server-side dry run. */
export interface Answer {
  /** Reasons of Pod Security, as it words them: why a pod is refused, or what a workload is warned of. */
  reasons: string[]
  /** Why the object is no valid one, which is asked before Pod Security is. */
  invalid: string | undefined
}

export interface Server {
  /** @param path of the API; the object is created, patched into a pod for `ephemeralcontainers` */
  dryRun(path: string, object: object, method?: 'POST' | 'PATCH'): Promise<Answer>
  create(path: string, object: object): Promise<void>
  close(): void
}

/** The API server of a cluster, through connections that are kept. */
export function serverOf({ kubeconfig }: Cluster): Server {
  const { clusters, users } = JSON.parse(kubeconfig)
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster
  const agent = new Agent({ keepAlive: true, maxSockets: 8, ca: Buffer.from(ca, 'base64') })

  const ask = (method: string, path: string, object: object) =>
    new Promise<{ status: number; body: string; warnings: string }>((resolve, reject) => {
      const type = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json'
      const sent = request(new URL(path, server), { method, agent, headers: { authorization: `Bearer ${users[0].user.token}`, 'content-type': type, accept: 'application/json' } }, (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (body += part))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body, warnings: [response.headers['warning'] ?? []].flat().join(' ') }))
        response.on('error', reject)
      })
      sent.on('error', reject)
      sent.end(JSON.stringify(object))
    })

  return {
    async dryRun(path, object, method = 'POST') {
      let answer = await ask(method, `${path}?dryRun=All&fieldValidation=Strict`, object)
      // A server on a busy machine gives up, and says so.
      for (let tries = 0; tries < 5 && [429, 504].includes(answer.status); tries++) answer = await ask(method, `${path}?dryRun=All&fieldValidation=Strict`, object)
      const { status, body, warnings } = answer
      const message: string = status < 300 ? warnings : JSON.parse(body).message
      const refusal = /violate(?:s)? PodSecurity .*/s.exec(message)?.[0]
      if (refusal !== undefined) return { reasons: reasonsIn(refusal), invalid: undefined }
      return { reasons: [], invalid: status < 300 ? undefined : message }
    },
    async create(path, object) {
      const { status, body } = await ask('POST', path, object)
      if (status >= 300) throw new Error(`${path}: ${body}`)
    },
    close: () => agent.destroy(),
  }
}

/** Our rule for each reason that Pod Security gives (ForbiddenReason in k8s.io/pod-security-admission v0.36.3). */
const rulesByReason: Readonly<Record<string, readonly string[]>> = {
  privileged: ['pods-privileged'],
  'non-default capabilities': ['pods-capabilities'],
  'unrestricted capabilities': ['pods-capabilities-dropped'],
  'host namespaces': ['pods-host-namespaces'],
  'hostPath volumes': ['pods-host-path'],
  hostPort: ['pods-host-ports'],
  'probe or lifecycle host': ['pods-host-probes'],
  hostProcess: ['pods-host-process'],
  'forbidden AppArmor profiles?': ['pods-app-armor'],
  seLinuxOptions: ['pods-se-linux'],
  procMount: ['pods-proc-mount', 'pods-proc-mount-masked'],
  seccompProfile: ['pods-seccomp', 'pods-seccomp-set'],
  'forbidden sysctls': ['pods-sysctls'],
  'restricted volume types': ['pods-volume-types'],
  'allowPrivilegeEscalation != false': ['pods-privilege-escalation'],
  'runAsNonRoot != true': ['pods-run-as-non-root'],
  'runAsUser=0': ['pods-run-as-user'],
}

function reasonsIn(refusal: string): string[] {
  const reasons = Object.keys(rulesByReason).filter((reason) => new RegExp(`(^|: |, )${reason} \\(`).test(refusal))
  if (reasons.length === 0) throw new Error(`No known reason in: ${refusal}`)
  return reasons.sort()
}

/** The reason that Pod Security would give for what a rule finds. */
export function reasonOf(rule: string): string {
  const reason = Object.entries(rulesByReason).find(([, rules]) => rules.includes(rule))?.[0]
  if (reason === undefined) throw new Error(`${rule} is no control of Pod Security`)
  return reason
}

/** A namespace for each level, which refuses pods and warns of workloads. */
export async function makeNamespaces(server: Server, { kubectl }: Cluster, levels: readonly string[], version: string): Promise<void> {
  for (const level of levels) {
    const labels = Object.fromEntries(['enforce', 'warn'].flatMap((mode) => [[`pod-security.kubernetes.io/${mode}`, level], [`pod-security.kubernetes.io/${mode}-version`, version]]))
    await server.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: level, labels } })
    // Without its default service account no pod is admitted.
    while (kubectl('get', 'serviceaccount', '--namespace', level, '--output', 'name') === '') await delay(50)
  }
}
