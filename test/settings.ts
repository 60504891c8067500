import * as pulumi from '@pulumi/pulumi'
import { platformNamespaces } from '../components/tenant-isolation/names.ts'
import { check } from '../config/check.ts'
import type { Settings } from '../config/config.ts'
import type { Inspection } from '../preflight/inspect.ts'
import { annexOptions } from './stack-file.ts'

/** The settings of a stack file, with stand-ins for keys and certificates, so that goldens are the same everywhere. */
export function settingsOf(file: string): Settings {
  const { config, faults } = check(annexOptions(file))
  if (config === undefined) throw new Error(`${file}: ${JSON.stringify(faults)}`)
  const hosts = [...config.tunnel.gateways, ...config.workers]
  const connections = hosts.map(({ name, address, ssh }) => [name, { host: ssh.host ?? address, port: ssh.port, user: ssh.user, hostKey: `ssh-ed25519 ${Buffer.from(name).toString('base64')}` }])
  const named = [config.packages.kubernetes.keyFile, config.packages.containerd.keyFile, ...config.registries.flatMap(({ caFile }) => caFile ?? [])]
  return { ...config, context: 'test', stack: 'test', stacked: [], connections: Object.fromEntries(connections), files: Object.fromEntries(named.map((it) => [it, `-----BEGIN PGP PUBLIC KEY BLOCK-----\n${it}\n`])) }
}

/** What the preflight gives for hosts that are bare. */
export function bareHosts(settings: Settings): Inspection {
  const token = pulumi.secret('abcdef.0123456789abcdef')
  return { version: 'v1.36.3', caCertHash: `sha256:${'0'.repeat(64)}`, bootstrapTokens: Object.fromEntries(settings.workers.map(({ name }) => [name, token])), kubelets: [], upgrades: {}, admissionApi: { mutating: true, validating: true }, ownPlatformNamespaces: platformNamespaces, resolvConf: {}, generations: {} }
}
