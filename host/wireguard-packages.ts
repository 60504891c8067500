import type { HostDocument } from './document.ts'

/** wg-quick takes wireguard-go by itself where the kernel has no WireGuard. */
export const wireGuardPackages: HostDocument['items'][number] = { kind: 'packages', install: [{ name: 'wireguard-tools' }, { name: 'wireguard-go', unlessModule: 'wireguard' }] }
