import { demand, refuse, type ResourceRule } from '../../rule.ts'
import { documentsOf, itemsOf } from './document.ts'
import { argumentsOf, readOf, textsOf, wordsOf } from './texts.ts'

const NODE = ['kubelet', 'kubeadm', 'kubectl', 'containerd', 'containerd.io', 'cri-o', 'runc', 'docker-ce', 'docker.io']

export const pinnedPackages: ResourceRule = {
  id: 'hosts-pinned-packages',
  title: 'Every package that makes a node is installed in a given version and held there.',
  severity: 'medium',
  frameworks: { nsa: ['Supply chain: packages', 'Upgrading'] },
  why: 'An unattended upgrade of the kubelet or of containerd restarts every pod of the node, or leaves it newer than its API server.',
  fix: 'Give kubelet, kubeadm, kubectl and containerd a version, and hold: true.',
  url: 'https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/',
  looksAt: 'inputs',
  about: ['hosts'],
  check: (resource) => [
    ...documentsOf(resource)
      .flatMap((document) => itemsOf(document, 'packages'))
      .flatMap((item) => item.get('install').items())
      .filter((entry) => entry.isUnknown || NODE.some((name) => name === entry.get('name').value))
      .flatMap((entry) => [
        ...demand(entry.get('version'), (value) => typeof value === 'string' && value !== '' && value !== '*', 'is not set'),
        ...demand(entry.get('hold'), (value) => value === true, 'is not true'),
      ]),
    ...textsOf(resource).flatMap((text) => refuse(text, (value) => typeof value !== 'string' || !installsAny(value), 'installs a package that makes a node in whatever version there is')),
  ],
}

/** A script that names such a package without a version (=1.36.3-1.1 for apt, -1.36.3 for dnf). */
function installsAny(script: string): boolean {
  return argumentsOf(readOf(script), 'apt-get|apt|aptitude|dnf|yum|microdnf|tdnf|zypper|snap')
    .map((line) => wordsOf(line.replace(/[ \t]#.*/, '').replace(/\\/g, '').replace(/[{},()`]/g, ' ')))
    .filter((words) => words.includes('install') && !words.some((word) => /^--revision(=\d|$)/.test(word)))
    .some((words) => words.slice(words.indexOf('install') + 1).some((word) => NODE.includes(word.replace(/(:\w+|\/[\w-]+|=\*?)$/, ''))))
}
