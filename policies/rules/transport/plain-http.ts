import type { Field } from '../../field.ts'
import { objectsOfKind } from '../../kubernetes.ts'
import { type Fault, refuse, type Resource, type ResourceRule } from '../../rule.ts'
import { documentsOf, itemsOf } from '../hosts/document.ts'
import { textsOf } from '../hosts/texts.ts'

/** Where sources of Flux, Argo CD, Helm releases and the like keep their address. */
const PLACES = [['spec'], ['spec', 'source'], ['spec', 'chart', 'spec'], ['repositoryOpts'], ['spec', 'provider', 'vault'], ['spec', 'template', 'spec', 'source']]

export const plainHttp: ResourceRule = {
  id: 'transport-plain-http',
  title: 'No package, image, chart or secret is fetched over plain http without a signature, and no API server is spoken to over it.',
  severity: 'medium',
  frameworks: { nsa: ['Network separation and hardening: encryption'] },
  why: 'Who sits on the path gives the host whatever program or image they like, and reads the token that a request carries.',
  fix: 'Use https; an apt repository may stay on http where its signing key is given.',
  url: 'https://kubernetes.io/docs/concepts/security/security-checklist/',
  looksAt: 'inputs',
  check: (resource) => [
    ...documentsOf(resource).flatMap((document) => itemsOf(document, 'file').flatMap((file) => refuse(file.get('content'), (text) => typeof text !== 'string' || !REGISTRY.test(text), 'names a registry over http'))),
    ...(/^kubernetes:(helm\.sh|[^:/]+\.(?!k8s\.io)[^:/]+)\//.test(resource.type) ? [...PLACES.map((place) => resource.properties.get(...place)), ...resource.properties.get('spec', 'sources').items()].flatMap(addresses) : []),
    ...(resource.type.startsWith('kubernetes:helm.sh/') ? [...refuse(resource.properties.get('chart'), (value) => typeof value !== 'string' || !value.startsWith('http:'), 'is an address over http'), ...refuse(resource.properties.get('plainHttp'), (value) => value === false, 'is set')] : []),
    ...kubeconfigs(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !speaksPlainly(value), 'speaks to an API server over http')),
  ],
}

/** Of containerd (hosts.toml, and endpoint in config.toml) and of Docker. */
const REGISTRY = /^[ \t]*(?:(?:server|\[host\.)[ \t]*=?|endpoint[ \t]*=[ \t]*\[[^\]\n]{0,300}?)[ \t]*"http:\/\/(?!localhost\b|127\.|\[::1\])|"registry-mirrors"\s{0,9}:\s{0,9}\[[^\]]{0,300}?"http:\/\/(?!localhost\b|127\.|\[::1\])/m

function addresses(source: Field): Fault[] {
  if (source.isAbsent) return []
  return ['url', 'repo', 'repoURL', 'repository', 'endpoint', 'address', 'server'].flatMap((key) =>
    refuse(source.get(key), (value) => typeof value !== 'string' || !value.startsWith('http:'), 'is an address over http'),
  )
}

/** Texts that may be a kubeconfig, or use one: of Pulumi's provider, on a host, in the cluster. */
function kubeconfigs(resource: Resource): Field[] {
  return [
    ...(resource.type === 'pulumi:providers:kubernetes' ? [resource.properties.get('kubeconfig')] : []),
    ...textsOf(resource),
    ...objectsOfKind(resource, 'ConfigMap').flatMap(({ object }) => object.get('data').entries()),
    ...objectsOfKind(resource, 'Secret').flatMap(({ object }) => [...object.get('stringData').entries(), ...object.get('data').entries()]),
  ]
}

/** Of kubectl, or in a text that is a kubeconfig, in base64 too (a Secret). An address of the machine itself stays on it. */
function speaksPlainly(given: string): boolean {
  const text = /^[A-Za-z0-9+/\s]{40,}(?:={1,2}\s*)?$/.test(given) ? Buffer.from(given, 'base64').toString() : given
  if (!text.includes('http://')) return false
  return COMMAND.test(text) || (/\bclusters["']?\s*:/.test(text) && FILE.test(text))
}

const ELSEWHERE = String.raw`["']?http://(?!localhost\b|127\.|\[::1\])`
const COMMAND = new RegExp(String.raw`\bkube(ctl|let|adm)\b(?:(?![ \t]--[ \t])[^\n;&|]){0,300}[ \t](?:--server[= ]|-s[ \t=]*)${ELSEWHERE}`)
const FILE = new RegExp(String.raw`\bserver["']?\s*:\s*${ELSEWHERE}`)
