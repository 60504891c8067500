import { demand, type ResourceRule } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'

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
  check: (resource) =>
    documentsOf(resource)
      .flatMap((document) => itemsOf(document, 'file'))
      .flatMap((file) => {
        const mode = file.get('mode')
        const forbidden = typeof file.get('path').value === 'string' && PRIVATE.test(file.get('path').value as string) ? 0o077 : 0o022
        return demand(mode, (value) => typeof value === 'string' && /^[0-7]{3,4}$/.test(value) && (parseInt(value, 8) & forbidden) === 0, 'lets others than root write it, or read what is secret')
      }),
}
