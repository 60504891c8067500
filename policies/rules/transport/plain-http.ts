import { documentsOf, itemsOf } from '../hosts/document.ts'
import type { Field } from '../../field.ts'
import { type Fault, refuse, type ResourceRule } from '../../rule.ts'

/** Where sources of Flux, Argo CD, Helm releases and the like keep their address. */
const PLACES = [['spec'], ['spec', 'source'], ['spec', 'chart', 'spec'], ['repositoryOpts'], ['spec', 'template', 'spec', 'source']]

export const plainHttp: ResourceRule = {
  id: 'transport-plain-http',
  title: 'No package, image, chart or secret is fetched over plain http without a signature.',
  severity: 'medium',
  frameworks: { nsa: ['Network separation and hardening: encryption'] },
  why: 'Who sits on the path gives the host whatever program or image they like.',
  fix: 'Use https; an apt repository may stay on http where its signing key is given.',
  url: 'https://kubernetes.io/docs/concepts/security/security-checklist/',
  looksAt: 'inputs',
  check: (resource) => [
    ...documentsOf(resource).flatMap((document) => itemsOf(document, 'file').flatMap((file) => refuse(file.get('content'), (text) => typeof text !== 'string' || !/^\s*(server|\[host\.)\s*=?\s*"http:/m.test(text), 'names a registry over http'))),
    ...(/^kubernetes:(helm\.sh|[^:/]+\.(?!k8s\.io)[^:/]+)\//.test(resource.type) ? PLACES.flatMap((place) => addresses(resource.properties.get(...place))) : []),
  ],
}

function addresses(source: Field): Fault[] {
  if (source.isAbsent) return []
  return ['url', 'repo', 'repoURL', 'repository', 'endpoint', 'address', 'server'].flatMap((key) =>
    refuse(source.get(key), (value) => typeof value !== 'string' || !value.startsWith('http:'), 'is an address over http'),
  )
}
