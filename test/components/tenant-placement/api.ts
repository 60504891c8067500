/** The API server of a test cluster, asked directly: hundreds of pods would take kubectl minutes. */
import { once } from 'node:events'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'

/** What the API server has against a request. */
export class Refused extends Error {}

export type Call = (method: string, path: string, body?: object) => Promise<any>

/** @param kubeconfig as test/lab/pulumi/cluster.ts writes it */
export function callTo(kubeconfig: string): Call {
  const { clusters: [{ cluster }], users: [{ user }] } = JSON.parse(kubeconfig)
  const agent = new Agent({ ca: Buffer.from(cluster['certificate-authority-data'], 'base64'), keepAlive: true })
  return async (method, path, body) => {
    const sent = body === undefined ? '' : JSON.stringify(body)
    const headers = { authorization: `Bearer ${user.token}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }
    const asked = request(new URL(path, cluster.server), { method, agent, headers }).end(sent)
    const [response] = await once(asked, 'response')
    const answer: string = await text(response)
    // A server that is starting or has too much to do answers without JSON.
    if (!answer.startsWith('{')) throw new Error(`${method} ${path}: ${response.statusCode} ${answer}`)
    if (response.statusCode >= 400) throw new Refused(JSON.parse(answer).message)
    return JSON.parse(answer)
  }
}
