import { execa } from 'execa'

/** Debian's releases that hosts of the lab run: 12 where nothing else is said. */
export type Release = 'bookworm' | 'trixie'

/**
 * The machine's own sources for Debian 12, which it is known to reach; others of its sources have no part in the lab. For another release the same mirrors.
 * Lines of a sources.list.
 */
export async function debianSources(release: Release = 'bookworm'): Promise<string> {
  const format = '$(ORIGIN) $(CODENAME) $(COMPONENT) $(CREATED_BY) $(REPO_URI)'
  const { stdout } = await execa('apt-get', ['indextargets', '--format', format])
  const sources = stdout
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([origin, codename, component, kind]) => origin === 'Debian' && codename?.startsWith('bookworm') && component === 'main' && kind === 'Packages')
    .map(([, codename, , , uri]) => `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${uri} ${codename!.replace('bookworm', release)} main\n`)
  if (sources.length === 0) throw new Error('this machine has no apt source for Debian 12 (bookworm, main): run "apt-get update", or add one to its sources')
  return [...new Set(sources)].join('')
}
