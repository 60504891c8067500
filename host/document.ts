import { z } from 'zod'

// What a component asks of a host: items in order, each brought there by host/kinds/<kind>.sh.

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'must be lower-case letters, digits and dashes, 41 characters at most')
const sectionName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,80}$/, 'must be lower-case letters, digits and dashes, 81 characters at most')
const nodeName = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, 'must be a node\'s name: lower-case letters, digits, - and .')
const line = z.string().min(1).regex(/^[^\p{Cc}]*$/u, 'must be one line without control characters')
const text = z.string().regex(/^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u, 'must be text without control characters other than tabs and newlines')
/** Forms of text that the configuration asks for too, before any host is looked at. */
export const forms = { path: /^(\/[A-Za-z0-9@%+=:,._~-]+)+$/, kubeadmCheck: /^[A-Za-z0-9-]+$/ }

const path = z.string().regex(forms.path, 'must be an absolute path of letters, digits and @%+=:,._~-')
  .refine((p) => !p.split('/').some((part) => part === '.' || part === '..'), 'must not contain . or ..')
const unitName = z.string().regex(/^[A-Za-z0-9:_.\\@-]+\.(service|socket|timer|mount|path|target)$/, 'must be a unit\'s full name, as in kubelet.service')
/** systemd reads a name without suffix as a service. */
const unitOrService = z.string().regex(/^[A-Za-z0-9:_.\\@-]+$/, 'must be a unit\'s name')
const interfaceName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9_.-]{0,14}$/, 'must be 15 characters at most, beginning with a letter')
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'must be a Debian package\'s name')
const moduleName = z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be a kernel module\'s name')
const publicKey = z.string().regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be a WireGuard public key (44 characters of base64)')
const hostAndPort = z.string().regex(/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$/, 'must be host:port, an IPv6 address in brackets')
const cidr = z.union([z.cidrv4(), z.cidrv6()], 'must be an address with a prefix length, as in 10.100.0.11/24')
const routedCidr = cidr.refine((range) => !range.endsWith('/0'), 'must not be the whole internet: it would take the host\'s own SSH along')

export const Repository = z.strictObject({
  kind: z.literal('repository'),
  name,
  uri: z.url({ protocol: /^(https?|file)$/ }),
  suite: line,
  /** None for a flat repository, whose suite ends in "/". */
  components: z.array(line),
  /** Armored PGP public key; apt trusts it for this repository only. */
  key: text.refine((key) => key.includes('BEGIN PGP PUBLIC KEY BLOCK'), 'must be an armored PGP public key'),
})

export const Packages = z.strictObject({
  kind: z.literal('packages'),
  install: z.array(z.strictObject({
    name: packageName,
    /** Exact, or a glob as in "1.36.*". Default: what the host's sources offer. */
    version: z.string().regex(/^[A-Za-z0-9.+:~*?-]+$/, 'must be a Debian version or a glob').optional(),
    /** Kept from upgrades by apt-mark hold. Default: false. */
    hold: z.boolean().optional(),
    /** Installed only where the kernel has no such module (wireguard-go where there is no wireguard). */
    unlessModule: moduleName.optional(),
    /** Running units that are restarted after another version was installed, where the package does not do it. */
    restart: z.array(unitOrService).optional(),
  })).min(1),
})

export const Module = z.strictObject({ kind: z.literal('module'), name: moduleName })

export const Sysctl = z.strictObject({
  kind: z.literal('sysctl'),
  key: z.string().regex(/^[a-z][A-Za-z0-9_./-]*$/, 'must be a sysctl\'s name, as in net.ipv4.ip_forward').refine((k) => !k.includes('..'), 'must not contain ..'),
  /** Several numbers separated by one space. */
  value: z.string().regex(/^\S+( \S+)*$/, 'must be words separated by single spaces'),
  /** For a number: a higher one is left alone. */
  atLeast: z.boolean().optional(),
}).refine(({ value, atLeast }) => !atLeast || /^\d+$/.test(value), { error: 'must be a number where it is the least', path: ['value'] })

export const File = z.strictObject({
  kind: z.literal('file'),
  path,
  /** As in '644'; the owner is root. */
  mode: z.string().regex(/^0?[0-7]{3}$/, 'must be three octal digits, as in 644'),
  content: text,
  /** Running units that are restarted when the file changed. */
  restart: z.array(unitOrService).optional(),
})

export const Unit = z.strictObject({
  kind: z.literal('unit'),
  name: unitName,
  /** Written to /etc/systemd/system; without it the unit comes from a package. */
  content: text.optional(),
  enabled: z.boolean(),
  running: z.boolean(),
})

export const Firewall = z.strictObject({
  kind: z.literal('firewall'),
  /** An nftables table of the family inet. */
  table: z.string().regex(/^[a-z][a-z0-9_-]{0,40}$/, 'must be lower-case letters, digits, _ and -'),
  /** What stands between the table's braces. */
  content: text,
})

const peer = {
  publicKey,
  endpoint: hostAndPort.optional(),
  allowedIps: z.array(routedCidr),
  /** Seconds between keep-alives; needed by a peer behind NAT. */
  keepalive: z.int().min(1).max(65535).optional(),
}

export const Interface = z.strictObject({
  kind: z.literal('interface'),
  name: interfaceName,
  address: cidr,
  listenPort: z.int().min(1).max(65535).optional(),
  /** Bytes. */
  mtu: z.int().min(576).max(9000),
  /** Those that are as old as the interface; `Peer` is for those that come and go. */
  peers: z.array(z.strictObject({ name: line, ...peer })),
}).superRefine((item, context) => {
  const seen = new Map<string, string>()
  item.peers.forEach((peer, i) => peer.allowedIps.forEach((range, j) => {
    const other = seen.get(range)
    if (other !== undefined) context.addIssue({ code: 'custom', path: ['peers', i, 'allowedIps', j], message: `is also routed to ${other}; WireGuard sends a range to one peer` })
    seen.set(range, peer.name)
  }))
})

/** One more peer of an interface, which is up already: a section of its own can have it, so that the interface's stays as it is. */
export const Peer = z.strictObject({
  kind: z.literal('peer'),
  interface: interfaceName,
  /** Once per interface. */
  name: nodeName,
  ...peer,
})

/** A WireGuard key pair, made on the host: the public key is the result's output publicKey, the private one stays in /etc/wireguard. */
export const Key = z.strictObject({ kind: z.literal('key'), interface: interfaceName })

export const Pool = z.strictObject({
  kind: z.literal('pool'),
  /** Folder of the volumes' files; with a device its mount point. */
  path,
  /** Bytes that the volumes in it may take together. Default: what its disk has. */
  size: z.int().min(1).optional(),
  /** A whole disk, empty when it is first used. Default: the path is a folder of the host's own disk. */
  device: path.refine((it) => it.startsWith('/dev/'), 'must be a device, as in /dev/disk/by-id/...').optional(),
})

export const Volume = z.strictObject({
  kind: z.literal('volume'),
  name,
  /** Mount point. */
  path,
  /** Backing file, fully allocated. */
  image: path,
  /** Bytes of the backing file. */
  size: z.int().min(16 * 1024 * 1024),
})

export const Join = z.strictObject({
  kind: z.literal('join'),
  nodeName,
  /** host:port of the API server's endpoint as the node reaches it. */
  apiServer: hostAndPort,
  caCertHashes: z.array(z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hex digits')).min(1),
  nodeIp: z.union([z.ipv4(), z.ipv6()]),
  labels: z.record(z.string().regex(/^[A-Za-z0-9./_-]+$/, 'must be a label\'s name'), z.string().regex(/^[A-Za-z0-9._-]*$/, 'must be a label\'s value')),
  taints: z.array(z.strictObject({
    key: z.string().regex(/^[A-Za-z0-9./_-]+$/, 'must be a taint\'s key'),
    value: z.string().regex(/^[A-Za-z0-9._-]*$/, 'must be a taint\'s value').optional(),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
  })),
  ignorePreflightErrors: z.array(z.string().regex(forms.kubeadmCheck, 'must be a kubeadm check\'s name')),
})

export const Item = z.discriminatedUnion('kind', [Repository, Packages, Module, Sysctl, File, Unit, Firewall, Interface, Peer, Key, Pool, Volume, Join])

export const HostDocument = z.strictObject({
  /** The ledger's section on the host: one per component and host. */
  section: sectionName,
  items: z.array(Item),
}).superRefine((document, context) => {
  const seen = new Set<string>()
  document.items.forEach((item, i) => {
    if (item.kind === 'packages') return
    const key = `${item.kind} ${itemId(item)}`
    if (seen.has(key)) context.addIssue({ code: 'custom', path: ['items', i], message: `${key} is there twice; the second would undo the first` })
    seen.add(key)
  })
})

export type HostDocument = z.infer<typeof HostDocument>
export type Item = z.infer<typeof Item>

export interface Change {
  kind: string
  id: string
  what: string
}

/** What one run of the engine did. */
export interface HostResult {
  section: string
  changed: Change[]
  unchanged: { kind: string; id: string }[]
  outputs: Record<string, string>
}

/** The document, checked. @throws Error that lists every fault with its path. */
export function parseDocument(document: unknown): HostDocument {
  const parsed = HostDocument.safeParse(document)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `  ${['document', ...issue.path.map(String)].join('.')}: ${issue.message}`)
  throw new Error(`The host document has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.join('\n')}`)
}

/** The engine's answer: the last line of its standard output. What stands before it is the doing of the user's shell start-up files. */
export function parseResult(stdout: string): HostResult {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as HostResult
}

/** What the ledger and the report call the item within its kind. */
export function itemId(item: Item): string {
  switch (item.kind) {
    case 'packages': return item.install.map((p) => p.name).join(' ')
    case 'sysctl': return item.key
    case 'file':
    case 'pool': return item.path
    case 'firewall': return item.table
    case 'key': return item.interface
    case 'peer': return `${item.interface}/${item.name}`
    case 'join': return item.nodeName
    default: return item.name
  }
}
