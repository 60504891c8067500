/** The container registry (Debian's docker-registry): its program, its settings, and how images get into its storage. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { cacheFolder } from '../../../tools/cache.ts'
import { unpackOne } from '../packages/debian.ts'
import { type Blob, blobOf, type Layer } from './layer.ts'

export interface Image {
  /** Path and tag as nodes ask for them, without the registry's host: `coredns/coredns:v1.14.7`. */
  reference: string
  layers: Layer[]
  entrypoint: string[]
  env?: string[]
  user?: string
  workingDir?: string
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** The registry's program. Unpacked into the cache, not installed: as a package it would start itself on this machine. */
export async function registryProgram(): Promise<string> {
  const folder = cacheFolder('docker-registry')
  if (!existsSync(folder)) {
    await mkdir(cacheFolder(), { recursive: true })
    const draft = await mkdtemp(`${folder}.draft-`)
    try {
      await unpackOne('docker-registry', join(draft, 'root'), join(draft, 'work'))
      await rename(join(draft, 'root'), folder)
    } finally {
      await rm(draft, { recursive: true })
    }
  }
  return join(folder, 'usr', 'bin', 'docker-registry')
}

/** The registry's settings: it serves the storage in `root` at `http`. */
export function registryConfig(root: string, http: object, readonly: boolean): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: root }, maintenance: { uploadpurging: { enabled: false }, readonly: { enabled: readonly } } },
    http,
  })
}

/** Starts a registry on this machine's loopback for as long as `work` lasts; `work` gets its URL. */
export async function withRegistry(root: string, work: (url: string) => Promise<void>): Promise<void> {
  const config = `${root}.config.json`
  const port = 20_000 + (process.pid % 10_000)
  await writeFile(config, registryConfig(root, { addr: `127.0.0.1:${port}` }, false))
  const registry = execa(await registryProgram(), ['serve', config], { reject: false, all: true })
  let ended = false
  void registry.then(() => (ended = true))
  try {
    const url = `http://127.0.0.1:${port}`
    while (!(await fetch(`${url}/v2/`).catch(() => undefined))?.ok) {
      if (ended) throw new Error(`docker-registry did not start:\n${(await registry).all}`)
      await sleep(50)
    }
    await work(url)
  } finally {
    registry.kill()
    await registry
    await rm(config)
  }
}

/** Uploads an image. Returns the bytes that a node downloads for it. */
export async function push(url: string, image: Image): Promise<number> {
  const [name, tag] = image.reference.split(':') as [string, string]
  const config = blobOf('application/vnd.oci.image.config.v1+json', Buffer.from(JSON.stringify(configOf(image))))
  const blobs = [config, ...image.layers.map(({ blob }) => blob)]
  for (const blob of blobs) await pushBlob(`${url}/v2/${name}`, blob)
  const descriptor = ({ mediaType, digest, size }: Blob) => ({ mediaType, digest, size })
  const manifest = { schemaVersion: 2, mediaType: manifestType, config: descriptor(config), layers: image.layers.map(({ blob }) => descriptor(blob)) }
  await request(`${url}/v2/${name}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': manifestType },
    body: JSON.stringify(manifest),
  })
  return blobs.reduce((sum, { size }) => sum + size, 0)
}

function configOf({ layers, entrypoint, env, user, workingDir }: Image): object {
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  return {
    architecture: 'amd64',
    os: 'linux',
    config: { Entrypoint: entrypoint, Env: [path, ...(env ?? [])], User: user ?? '', WorkingDir: workingDir ?? '/' },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  }
}

async function pushBlob(repository: string, blob: Blob): Promise<void> {
  const known = await fetch(`${repository}/blobs/${blob.digest}`, { method: 'HEAD' })
  if (known.ok) return
  const started = await request(`${repository}/blobs/uploads/`, { method: 'POST' })
  const target = new URL(started.headers.get('location')!, repository)
  target.searchParams.set('digest', blob.digest)
  await request(target.href, { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body: new Uint8Array(blob.content) })
}

async function request(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`${init.method} ${url}: ${response.status} ${await response.text()}`)
  return response
}
