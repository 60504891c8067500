import { parseAllDocuments } from 'yaml'
import { Field, textOf } from '../../field.ts'
import { objectsOfKind } from '../../kubernetes.ts'
import { type Fault, type Resource, type ResourceRule, unverifiable, violation } from '../../rule.ts'
import { apart, readOf, textsOf } from './texts.ts'

interface Setting {
  /** Field of KubeletConfiguration. What is left out has a safe default. */
  path: readonly string[]
  isFine: (value: unknown) => boolean
  /** With the number of the recommendation. */
  message: string
  /** The flag of the same meaning, in a unit or an environment file; and the field, in a script that writes the file. */
  text: RegExp
}

const SETTINGS: readonly Setting[] = [
  {
    path: ['authentication', 'anonymous', 'enabled'], isFine: (value) => value === false, message: 'lets anonymous callers in (CIS 4.2.1)',
    text: /--anonymous-auth(=true|["'\s]|$)|\banonymous:\s*\{?\s*enabled:\s*true/,
  },
  {
    path: ['authorization', 'mode'], isFine: (value) => value === 'Webhook', message: 'allows every caller everything (CIS 4.2.2)',
    text: /--authorization-mode[= ]AlwaysAllow|\bauthorization:\s*\{?\s*mode:\s*["']?AlwaysAllow/,
  },
  {
    path: ['readOnlyPort'], isFine: (value) => value === 0, message: 'opens the read-only port (CIS 4.2.4)',
    text: /--read-only-port[= ][1-9]|\breadOnlyPort["']?:\s*[1-9]/,
  },
  {
    path: ['streamingConnectionIdleTimeout'], isFine: (value) => !/^0[0a-zµ]*$/.test(textOf(value)), message: 'keeps idle streams for ever (CIS 4.2.5)',
    text: /--streaming-connection-idle-timeout[= ]["']?0[0a-z]*(?![\w.])/,
  },
  {
    path: ['makeIPTablesUtilChains'], isFine: (value) => value === true, message: 'makes no iptables chains (CIS 4.2.6)',
    text: /--make-iptables-util-chains=false|\bmakeIPTablesUtilChains["']?:\s*false/,
  },
  {
    path: ['eventRecordQPS'], isFine: (value) => value !== 0, message: 'records events without a limit (CIS 4.2.8)',
    text: /--event-qps[= ]0\b/,
  },
  {
    path: ['rotateCertificates'], isFine: (value) => value === true, message: 'does not rotate its certificate (CIS 4.2.10)',
    text: /--rotate-certificates=false|\brotateCertificates["']?:\s*false/,
  },
  {
    path: ['featureGates', 'RotateKubeletServerCertificate'], isFine: (value) => value === true, message: 'does not rotate its serving certificate (CIS 4.2.11)',
    text: /RotateKubeletServerCertificate["']?\s*[:=]\s*false/,
  },
]

export const kubelet: ResourceRule = {
  id: 'hosts-kubelet',
  title: 'Every kubelet asks who calls, and keeps to the settings of the CIS benchmark for worker nodes.',
  severity: 'critical',
  frameworks: { cis: ['4.2.1', '4.2.2', '4.2.4', '4.2.5', '4.2.6', '4.2.8', '4.2.10', '4.2.11'], nsa: ['Authentication and authorization: anonymous requests'] },
  why: "The kubelet's API runs commands in every pod: anonymous, or on the read-only port, it is open to whoever reaches the node.",
  fix: "Leave kubeadm's defaults: anonymous authentication off, authorization by webhook, readOnlyPort 0, iptables chains made by the kubelet, certificates that rotate, a streaming time-out.",
  url: 'https://www.cisecurity.org/benchmark/kubernetes',
  looksAt: 'inputs',
  about: ['hosts', 'KubeletConfiguration', 'ConfigMap'],
  check: (resource) => [
    ...objectsOfKind(resource, 'KubeletConfiguration').flatMap(({ object }) => inConfiguration(object)),
    ...[...textsOf(resource), ...inConfigMaps(resource)].flatMap(inText),
  ],
}

/** kubeadm keeps the configuration of all kubelets in one. */
function inConfigMaps(resource: Resource): Field[] {
  return objectsOfKind(resource, 'ConfigMap').flatMap(({ object }) => object.get('data').entries()).filter(({ value }) => typeof value === 'string' && value.includes('KubeletConfiguration'))
}

function inConfiguration(configuration: Field): Fault[] {
  return SETTINGS.flatMap(({ path, isFine, message }) => {
    const setting = configuration.get(...path)
    if (setting.isUnknown) return [unverifiable(setting)]
    return setting.isAbsent || isFine(setting.value) ? [] : [violation(setting, message)]
  })
}

function inText(text: Field): Fault[] {
  if (text.isUnknown) return [unverifiable(text)]
  const { value } = text
  if (typeof value !== 'string') return []
  const documents = [value, ...apart(value).documents].flatMap(parsed)
  const read = [readOf(value), ...documents.map(argumentsIn)].join('\n')
  const flags = SETTINGS.filter((it) => it.text.test(read)).map(({ message }) => message)
  return [...flags, ...documents.flatMap((document) => inConfiguration(new Field(document))).map(({ message }) => message)].map((message) => violation(text, message))
}

const NAMED = new RegExp(`\\b(${SETTINGS.map(({ path }) => path.at(-1) === 'enabled' ? 'anonymous' : path[0]).join('|')}|kubeletExtraArgs)["']?\\s*:`)

/** kubeadm's kubeletExtraArgs as flags: a list since v1beta4, an object before. */
function argumentsIn(document: unknown): string {
  const args = new Field(document).get('nodeRegistration', 'kubeletExtraArgs')
  return [...args.items().map((it) => [it.get('name').value, it.get('value').value]), ...args.entries().map((it) => [it.key, it.value])].map(([name, value]) => `--${textOf(name)}=${textOf(value)}`).join('\n')
}

/** The documents of a file (YAML or JSON) as Kubernetes reads them, to which yes is true; none where it names no setting, or is no YAML. */
function parsed(text: string): unknown[] {
  if (text.length > 200_000 || !NAMED.test(text)) return []
  try {
    return [...parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false, version: '1.1' })].filter(({ errors }) => errors.length === 0).map((document) => document.toJS({ maxAliasCount: 100 }))
  } catch {
    return []
  }
}
