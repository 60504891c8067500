/** How long the API server takes to admit a pod. */
import { request } from 'node:https'
import { pod } from '../../proof/attacks/objects.ts'

export interface Server { url: string; ca: string; token: string }

/** Reads what the loopback cluster writes into its kubeconfig. */
export function serverOf(kubeconfig: string): Server {
  const { clusters: [{ cluster }], users: [{ user }] } = JSON.parse(kubeconfig) as { clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }]; users: [{ user: { token: string } }] }
  return { url: cluster.server, ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString(), token: user.token }
}

/** Milliseconds at the median, of dry runs, which every admission policy judges. */
export async function podAdmission(server: Server, namespace: string, rounds = 200): Promise<number> {
  const body = JSON.stringify(pod({}, { image: 'docker.io/library/busybox:1.37.0' }, { namespace }))
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    const { code, text } = await post(server, `/api/v1/namespaces/${namespace}/pods?dryRun=All`, body)
    if (code !== 201) throw new Error(`a pod in ${namespace} is refused: ${text}`)
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)[rounds >> 1]!
}

function post({ url, ca, token }: Server, path: string, body: string): Promise<{ code: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url + path, { method: 'POST', ca, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => { text += chunk }).on('end', () => resolve({ code: response.statusCode!, text }))
    })
    asked.on('error', reject).end(body)
  })
}
