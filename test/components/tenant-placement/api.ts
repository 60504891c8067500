/** The API server of a test cluster, asked directly: hundreds of pods would take kubectl minutes. */
import { once } from 'node:events'
import { Agent, request } from 'node:https'
import { json } from 'node:stream/consumers'

/** What the API server has against a request. */
export class Refused extends Error {}

export type Call = (method: string, path: string, body?: object) => Promise<any>

/** @param kubeconfig as test/lab/pulumi/cluster.ts writes it */
export function callTo(kubeconfig: string): Call {
  const { clusters: [{ cluster }], users: [{ user }] } = JSON.parse(kubeconfig)
  const agent = new Agent({ ca: Buffer.from(cluster['certificate-authority-data'], 'base64'), keepAlive: true })
  return async (method, path, body) => {
    const headers = { authorization: `Bearer ${user.token}`, 'content-type': 'application/json' }
    const sent = request(new URL(path, cluster.server), { method, agent, headers }).end(body && JSON.stringify(body))
    const [response] = await once(sent, 'response')
    const answer: any = await json(response)
    if (response.statusCode >= 400) throw new Refused(answer.message)
    return answer
  }
}
