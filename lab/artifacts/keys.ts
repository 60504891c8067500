/** The lab's own keys, made on first use and kept in the cache: one signs the apt repositories, one vouches for the registry. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { cacheFolder } from '../../tools/cache.ts'

/** Paths of the key that signs the apt repositories, both armored. */
export async function aptKey(): Promise<{ secret: string; public: string }> {
  const folder = await keyFolder('apt', (draft) =>
    withGnupg(async (gpg) => {
      await gpg(['--passphrase', '', '--quick-generate-key', 'annex lab packages <packages@annex.example>', 'ed25519', 'sign', 'never'])
      await writeFile(join(draft, 'apt.key'), await gpg(['--armor', '--export-secret-keys']), { mode: 0o600 })
      await writeFile(join(draft, 'apt.asc'), await gpg(['--armor', '--export']))
    }),
  )
  return { secret: join(folder, 'apt.key'), public: join(folder, 'apt.asc') }
}

/** Paths (PEM) of the lab's CA certificate, and of certificate and key of the registry at `address`. */
export async function registryKeys(address: string): Promise<{ ca: string; certificate: string; key: string }> {
  const folder = await keyFolder(`registry-${address}`, async (draft) => {
    const newKey = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650']
    await openssl(draft, [...newKey, '-subj', '/CN=annex lab CA', '-keyout', 'ca.key', '-out', 'ca.pem'])
    await openssl(draft, [
      ...newKey, '-subj', `/CN=${address}`, '-addext', `subjectAltName=IP:${address}`, '-addext', 'basicConstraints=critical,CA:FALSE',
      '-CA', 'ca.pem', '-CAkey', 'ca.key', '-keyout', 'registry.key', '-out', 'registry.pem',
    ])
    // Nothing else is ever signed with it.
    await rm(join(draft, 'ca.key'))
  })
  return { ca: join(folder, 'ca.pem'), certificate: join(folder, 'registry.pem'), key: join(folder, 'registry.key') }
}

/** Signs a Release file: writes InRelease and Release.gpg beside it. */
export async function signRelease(release: string): Promise<void> {
  const { secret } = await aptKey()
  await withGnupg(async (gpg) => {
    await gpg(['--import', secret])
    const folder = dirname(release)
    await gpg(['--yes', '--clear-sign', '--output', join(folder, 'InRelease'), release])
    await gpg(['--yes', '--armor', '--detach-sign', '--output', join(folder, 'Release.gpg'), release])
  })
}

/** A folder of keys that is either whole or not there. */
async function keyFolder(name: string, make: (draft: string) => Promise<void>): Promise<string> {
  const folder = cacheFolder('keys', name)
  if (existsSync(folder)) return folder
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
  const draft = await mkdtemp(`${folder}.draft-`)
  try {
    await make(draft)
    await rename(draft, folder)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return folder
}

/** A GnuPG home of its own, short enough for its agent's socket; the agent is gone afterwards. */
async function withGnupg(work: (gpg: (args: string[]) => Promise<string>) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'annex-gnupg-'))
  const env = { GNUPGHOME: home }
  try {
    await work(async (args) => (await execa('gpg', ['--batch', '--quiet', '--pinentry-mode', 'loopback', ...args], { env })).stdout)
  } finally {
    await execa('gpgconf', ['--kill', 'all'], { env, reject: false })
    await rm(home, { recursive: true, force: true })
  }
}

async function openssl(folder: string, args: string[]): Promise<void> {
  await execa('openssl', args, { cwd: folder })
}
