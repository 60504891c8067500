import { textOf } from '../../field.ts'
import { demand, refuse, type ResourceRule, unverifiable } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'
import { argumentsOf, readOf, textsOf, wordsOf } from './texts.ts'

const PRIVATE = /^\/(?:etc|lib|usr\/lib)\/systemd\/system\/kubelet\.service(?:\.d\/.*)?$|^\/etc\/wireguard\/(?!.*(?:\.pub|public[-_.]?key)$)|\/\.kube\/config$|^\/etc\/rancher\/k3s\/k3s\.yaml$|^\/etc\/kubernetes\/.*\.conf$|\/kubelet\.conf$|\.key$|^\/var\/lib\/kubelet\/(pki\/(?!.*\.crt$)|config\.(yaml|json)$)|^\/etc\/ssh\/ssh_host_[a-z0-9]+_key$|\/id_[a-z0-9]+$/

export const fileModes: ResourceRule = {
  id: 'hosts-file-modes',
  title: 'No file of a host can be changed by anybody but root, and none with a secret is read by others.',
  severity: 'high',
  frameworks: { cis: ['4.1.1', '4.1.5', '4.1.9'], nsa: ['Authentication and authorization'] },
  why: "A file that others may write is root for them; the kubelet's kubeconfig is the node.",
  fix: 'Set the mode to 644 at most, and to 600 for keys, kubeconfigs and WireGuard configurations.',
  url: 'https://www.cisecurity.org/benchmark/kubernetes',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) => [
    ...documentsOf(resource)
      .flatMap((document) => itemsOf(document, 'file'))
      .flatMap((file) => {
        const [path, mode] = [file.get('path'), file.get('mode')]
        const closedTo = (others: number) => typeof mode.value === 'string' && /^[0-7]{3,4}$/.test(mode.value) && (parseInt(mode.value, 8) & others) === 0
        if (path.isUnknown && closedTo(0o022) && !closedTo(0o077)) return [unverifiable(path)]
        return demand(mode, () => closedTo(PRIVATE.test(textOf(path.value)) ? 0o077 : 0o022), 'lets others than root write it, or read what is secret')
      }),
    ...textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !opens(value), 'lets everybody write a file, or read what is secret')),
  ],
}

/** A chmod, or a mode for what is made, in a script. A folder like /tmp, with the sticky bit, may be open to all. */
function opens(given: string): boolean {
  const script = readOf(given)
  const changed = argumentsOf(script, 'chmod').map(wordsOf).map((words) => words.filter((word) => !/^-[a-zA-Z-]+$/.test(word) || /^-[rwx]/.test(word)))
  const made = argumentsOf(script, 'install|mkdir').map((line) => [/(?:^|\s)(?:-[a-zA-Z]*m|--mode)[= ]*["']?([0-7]{3,5}\b|[ugoa]*[+=][\w,+=-]*)/.exec(line)?.[1] ?? '', ...wordsOf(line)])
  return [...changed, ...made].some(([mode = '', ...paths]) => lets(mode, 'w', 'o') || (paths.some((path) => !path.endsWith('/') && PRIVATE.test(path)) && (lets(mode, 'r', 'o') || lets(mode, 'r', 'g')))) || argumentsOf(script, 'umask').some((line) => /^0{1,4}(\s|$)/.test(line))
}

/** Whether a mode, in digits or letters, lets the group or everybody read or write. Without a word for whom, the umask keeps them from writing. */
function lets(mode: string, what: 'r' | 'w', whom: 'g' | 'o'): boolean {
  if (/^[0-7]{3,5}$/.test(mode)) return (parseInt(mode, 8) & ((what === 'r' ? 4 : 2) << (whom === 'g' ? 3 : 0))) !== 0 && (parseInt(mode, 8) & 0o1000) === 0
  return mode.split(',').some((part) => new RegExp(`^[ugoa]*[${whom}a][ugoa]*[+=][rwxXst]*${what}`).test(part) || (what === 'r' && /^[+=][rwxXst]*r/.test(part)))
}
