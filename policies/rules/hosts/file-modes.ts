import { demand, refuse, type ResourceRule } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'
import { argumentsOf, textsOf, wordsOf } from './texts.ts'

const PRIVATE = /^\/etc\/wireguard\/|^\/etc\/kubernetes\/.*\.conf$|\/kubelet\.conf$|\.key$|^\/var\/lib\/kubelet\/(pki\/|config\.yaml$)|^\/etc\/ssh\/ssh_host_[a-z0-9]+_key$|\/id_[a-z0-9]+$/

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
        const mode = file.get('mode')
        const forbidden = typeof file.get('path').value === 'string' && PRIVATE.test(file.get('path').value as string) ? 0o077 : 0o022
        return demand(mode, (value) => typeof value === 'string' && /^[0-7]{3,4}$/.test(value) && (parseInt(value, 8) & forbidden) === 0, 'lets others than root write it, or read what is secret')
      }),
    ...textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !opens(value), 'lets everybody write a file, or read what is secret')),
  ],
}

/** A chmod, or a mode for what is made, in a script. A folder like /tmp, with the sticky bit, may be open to all. */
function opens(script: string): boolean {
  const changed = argumentsOf(script, 'chmod').map(wordsOf).some((words) => {
    const [mode = '', ...paths] = words.filter((word) => !word.startsWith('-'))
    return lets(mode, 'w') || (lets(mode, 'r') && paths.some((path) => PRIVATE.test(path)))
  })
  return changed || argumentsOf(script, 'install|mkdir').some((line) => lets(/(?:^|\s)(?:-[a-zA-Z]*m|--mode)[= ]*["']?([0-7]{3,4})\b/.exec(line)?.[1] ?? '', 'w')) || argumentsOf(script, 'umask').some((line) => /^0{1,4}(\s|$)/.test(line))
}

/** Whether a mode, in digits or letters, lets everybody read or write. */
function lets(mode: string, what: 'r' | 'w'): boolean {
  if (/^[0-7]{3,4}$/.test(mode)) return (parseInt(mode, 8) & (what === 'r' ? 0o004 : 0o002)) !== 0 && (parseInt(mode, 8) & 0o1000) === 0
  return mode.split(',').some((part) => new RegExp(`^[ug]*[oa][ugoa]*[+=][rwxXst]*${what}`).test(part))
}
