/** Docker's containerd.io package: containerd and its shim from our own build, runc from Debian. */
import { join } from 'node:path'
import { toolPath, toolVersion } from '../../../tools/tools.ts'
import type { Deb } from './deb.ts'

const file = (name: string) => join(import.meta.dirname, 'files', name)

/** @param runc path of Debian's runc binary, unpacked from its package */
export function containerdPackages(runc: string): Deb[] {
  return [
    {
      name: 'containerd.io',
      version: `${toolVersion('containerd').slice(1)}-1`,
      description: 'An open and reliable container runtime',
      depends: ['libc6 (>= 2.34)', 'libseccomp2 (>= 2.5.0)'],
      control: { Provides: 'containerd, runc', Conflicts: 'containerd, runc', Replaces: 'containerd, runc' },
      files: [
        ...['containerd', 'containerd-shim-runc-v2', 'ctr'].map((name) => ({ to: `/usr/bin/${name}`, from: toolPath(name), mode: 0o755 })),
        { to: '/usr/bin/runc', from: runc, mode: 0o755 },
        { to: '/usr/lib/systemd/system/containerd.service', from: file('containerd.service') },
        { to: '/etc/containerd/config.toml', from: file('containerd-config.toml') },
      ],
      scripts: { postinst: file('containerd.postinst.sh'), prerm: file('containerd.prerm.sh'), postrm: file('containerd.postrm.sh') },
    },
  ]
}
