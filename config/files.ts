/** The files that the configuration names, and whether there is in them what it wants. Works on raw input, any part of which may be missing or of another shape. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Fault, list, show, valid } from './fault.ts'
import { knownKey } from './known-hosts.ts'
import { isPort } from './ranges.ts'
import type { RawConfig } from './schema.ts'

interface NamedFile { path: string; file: string; fault: (text: string) => string | undefined }

/** Where SSH connects to. */
export interface Endpoint { path: string; name: string; host: string; port: number; user: string; jump?: Endpoint }

/** What is wrong with files, and hosts without a key in the one for that. */
export function fileFaults(raw: RawConfig): Fault[] {
  const faults = namedFiles(raw).flatMap(({ path, file, fault }): Fault[] => {
    const message = unreadable(file) ?? fault(readText(file))
    return message === undefined ? [] : [{ path, seen: show(file), message }]
  })
  const { knownHosts } = raw
  if (typeof knownHosts !== 'string' || unreadable(knownHosts) !== undefined) return faults
  return [...faults, ...endpoints(raw).flatMap((it) => [it, ...(it.jump ? [it.jump] : [])].flatMap((end) => keyFaults(knownHosts, end, it.jump)))]
}

/** As it is, but for the ends of its lines, which a host has as Linux does. */
export function readText(file: string): string {
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n')
}

/** Hosts that SSH goes to; one without an address or a port that can be is the schema's matter. */
export function endpoints(raw: RawConfig): Endpoint[] {
  const all = [
    ...list(raw.tunnel?.gateways).map((it, i) => ({ it, path: `annex:tunnel.gateways[${i}].ssh` })),
    ...list(raw.workers).map((it, i) => ({ it, path: `annex:workers[${i}].ssh` })),
  ]
  return all.flatMap(({ it, path }) => {
    const name = typeof it?.name === 'string' ? it.name : ''
    const jump = it?.ssh?.jump ? endpoint(`${path}.jump`, name, it.ssh.jump.host, it.ssh.jump) : undefined
    const own = endpoint(path, name, it?.ssh?.host ?? it?.address, it?.ssh ?? {})
    return own === undefined ? [] : [{ ...own, ...(jump === undefined ? {} : { jump }) }]
  })
}

function endpoint(path: string, name: string, host: unknown, { port = 22, user = 'root' }: { port?: number; user?: string }): Endpoint | undefined {
  return typeof host === 'string' && Number.isInteger(port) && isPort(`:${port}`) ? { path, name, host, port, user } : undefined
}

export function namedFiles(raw: RawConfig): NamedFile[] {
  const { kubernetes, containerd } = raw.packages ?? {}
  return [
    { path: 'annex:knownHosts', file: raw.knownHosts, fault: () => undefined },
    { path: 'annex:packages.kubernetes.keyFile', file: kubernetes?.keyFile, fault: keyFault },
    { path: 'annex:packages.containerd.keyFile', file: containerd?.keyFile, fault: keyFault },
    ...list(raw.registries).map((it, i) => ({ path: `annex:registries[${i}].caFile`, file: it?.caFile, fault: certificateFault })),
  ].flatMap((it) => (typeof it.file === 'string' && it.file !== '' ? [{ ...it, file: it.file }] : []))
}

function keyFaults(knownHosts: string, { path, host, port }: Endpoint, jump: Endpoint | undefined): Fault[] {
  const known = knownKey(knownHosts, host, port)
  if (known.key !== undefined) return []
  const through = jump === undefined || jump.path === path ? '' : `ssh -p ${jump.port} ${jump.user}@${jump.host} `
  return [{ path, seen: show(`${host}:${port}`), message: `annex:knownHosts = ${knownHosts} ${known.reason}: ask the provider for the host's fingerprint, then add the line that "${through}ssh-keyscan -p ${port} ${host}" prints` }]
}

function unreadable(file: string): string | undefined {
  try {
    readFileSync(file)
    return undefined
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'there is no such file: create it, or name the right one (paths start at the project)' : `cannot be read (${message}): name a file that can`
  }
}

function keyFault(text: string): string | undefined {
  if (privateKey.test(text)) return 'holds a private key, which no host may see: the public key that signs the repository is needed'
  if (text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return undefined
  return 'is no armored PGP public key: the one that signs the repository is needed, in text (gpg --armor --export), as its documentation links to it'
}

function certificateFault(text: string): string | undefined {
  if (privateKey.test(text)) return 'holds a private key, which no host may see: the certificate alone is needed'
  return valid(() => new X509Certificate(text)) ? undefined : 'is no certificate in PEM: that of the authority which signed the mirror\'s is needed'
}

const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY/
