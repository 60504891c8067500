/** Layers of OCI images, from folders. */
import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { zstdCompress } from 'node:zlib'
import { execa } from 'execa'

export interface Blob {
  mediaType: string
  digest: string
  size: number
  content: Buffer
}

export interface Layer {
  blob: Blob
  /** Digest before compression. */
  diffId: string
}

/** The folder's content as a layer, owned by root. The same content gives the same layer, so that images share it. */
export async function layerOf(folder: string): Promise<Layer> {
  const { stdout: tar } = await execa(
    'tar',
    ['--create', '--directory', folder, '--sort=name', '--mtime=@1', '--owner=0', '--group=0', '--numeric-owner', '.'],
    { encoding: 'buffer' },
  )
  const content = await promisify(zstdCompress)(tar)
  return { blob: blobOf('application/vnd.oci.image.layer.v1.tar+zstd', content), diffId: digestOf(tar) }
}

export function blobOf(mediaType: string, content: Buffer): Blob {
  return { mediaType, content, digest: digestOf(content), size: content.length }
}

/** Copies an executable to `path` below `folder`. */
export async function addProgram(folder: string, path: string, from: string): Promise<void> {
  const target = join(folder, path)
  await mkdir(dirname(target), { recursive: true })
  await copyFile(from, target)
  await chmod(target, 0o755)
}

/** Makes links in `folder`/`directory` to `program`, one for each name. */
export async function addLinks(folder: string, directory: string, program: string, names: readonly string[]): Promise<void> {
  await mkdir(join(folder, directory), { recursive: true })
  for (const name of names) await symlink(program, join(folder, directory, name))
}

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
