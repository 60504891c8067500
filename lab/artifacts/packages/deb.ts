/** Makes a Debian package out of files that are already built. */
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { execa } from 'execa'

export interface Deb {
  name: string
  /** Debian version, with its revision. */
  version: string
  description: string
  depends?: string[]
  /** Further fields of the control file, such as Conflicts. */
  control?: Record<string, string>
  files: DebFile[]
  /** Maintainer scripts: name (postinst, prerm, postrm) -> path of the script. */
  scripts?: Record<string, string>
}

export interface DebFile {
  /** Absolute path on the host. */
  to: string
  /** The file to copy, or the text. */
  from?: string
  text?: string
  /** Default 0644. */
  mode?: number
}

/** Makes `<name>_<version>_amd64.deb` in `folder`, by way of `stage`, an empty folder. Files below /etc are conffiles. */
export async function makeDeb(deb: Deb, stage: string, folder: string): Promise<void> {
  const root = join(stage, deb.name)
  await mkdir(join(root, 'DEBIAN'), { recursive: true })
  for (const file of deb.files) {
    const target = join(root, file.to)
    await mkdir(dirname(target), { recursive: true })
    if (file.from) await copyFile(file.from, target)
    else await writeFile(target, file.text ?? '')
    await chmod(target, file.mode ?? 0o644)
  }
  await writeFile(join(root, 'DEBIAN', 'control'), control(deb))
  const conffiles = deb.files.filter(({ to }) => to.startsWith('/etc/')).map(({ to }) => `${to}\n`)
  if (conffiles.length > 0) await writeFile(join(root, 'DEBIAN', 'conffiles'), conffiles.join(''))
  for (const [name, path] of Object.entries(deb.scripts ?? {})) {
    await copyFile(path, join(root, 'DEBIAN', name))
    await chmod(join(root, 'DEBIAN', name), 0o755)
  }
  await mkdir(folder, { recursive: true })
  // Fast to pack here and, what counts more, fast to unpack on a host.
  await execa('dpkg-deb', ['--root-owner-group', '-Zzstd', '-z3', '--build', root, folder], { env: { SOURCE_DATE_EPOCH: '1' } })
}

function control(deb: Deb): string {
  const fields = {
    Package: deb.name,
    Version: deb.version,
    Architecture: 'amd64',
    Maintainer: 'annex lab <packages@annex.example>',
    ...(deb.depends ? { Depends: deb.depends.join(', ') } : {}),
    ...deb.control,
    Description: deb.description,
  }
  return Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`).join('')
}
