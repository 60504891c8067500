/** Taking from a node what others on it need. Every attack bounds itself, also where nothing else does. */
import type { ExecAttack, PodAttack } from './inside.ts'

const limits = { expected: 'refused', control: 'limits' } as const
const mebi = (count: number, file: string) => `dd if=/dev/zero of=${file} bs=1M count=${count}`
/** Where the host's control groups are in reach, leave the pod's: so the same script shows what the kubelet holds every pod of the node to. (0 is the writer; Kubernetes would make $ of $$.) */
const escape = 'for it in /host/sys/fs/cgroup/pids /host/sys/fs/cgroup; do [ ! -w $it/cgroup.procs ] || echo 0 >$it/cgroup.procs; done 2>/dev/null'

export const noisyExec: ExecAttack[] = [
  {
    ...limits, id: 'annex-noisy/cpu', title: 'use more CPU than a pod that says nothing may have (200m)', alone: true, seconds: 20,
    refusal: 'used .* of CPU',
    script: `timeout 6 sh -c 'while :; do :; done' & timeout 6 sh -c 'while :; do :; done' & wait; times >/data/times; tail -1 /data/times | tr 'ms' '  ' | awk '{ used = $1 * 60 + $2 + $3 * 60 + $4; print "used " used " s of CPU in 6 s"; exit used < 1.6 }'`,
  },
  {
    expected: 'refused', control: 'volume-size', id: 'annex-noisy/disk-space', title: 'write more to a volume than it holds', from: 'application', alone: true, seconds: 30,
    refusal: 'No space left', script: `dd if=/dev/zero of=/data/attack bs=1M count={twiceVolume} 2>&1 | head -1; written=$(($(wc -c </data/attack) >> 20)); rm /data/attack; echo "$written MiB were written"; [ $written -eq {twiceVolume} ]`,
  },
  {
    expected: 'refused', control: 'volume-size', id: 'annex-noisy/inodes', title: 'make more files on a volume than it has inodes', from: 'application', alone: true, seconds: 60,
    refusal: 'No space left', script: `mkdir -p /data/attack; i=0; while [ $i -lt {twiceInodes} ]; do : >/data/attack/$i || break; i=$((i + 1)); done 2>&1 | tail -1; made=$(ls /data/attack | wc -l); rm -r /data/attack; echo "$made files"; [ $made -eq {twiceInodes} ]`,
  },
  {
    expected: 'refused', control: 'none', id: 'annex-noisy/node-inodes', title: 'make files without end outside of volumes', seconds: 30,
    refusal: 'No space left|quota', unbounded: 'Kubernetes counts no inodes of a pod; the kubelet ends pods when the node runs out (nodefs.inodesFree). Volumes have inodes of their own',
    script: 'mkdir /data/files && i=0; while [ $i -lt 5000 ]; do : >/data/files/$i || break; i=$((i + 1)); done; made=$(ls /data/files | wc -l); rm -r /data/files; echo "$made files"; [ $made -eq 5000 ]',
  },
  {
    expected: 'refused', control: 'none', id: 'annex-noisy/disk-bandwidth', title: 'write as fast as the disk can', alone: true, seconds: 30,
    refusal: 'slow', unbounded: 'Kubernetes has no ceiling for disk bandwidth',
    script: `start=$(cut -d" " -f1 /proc/uptime); ${mebi(32, '/data/fast')} conv=fsync 2>/dev/null && rm /data/fast && echo "32 MiB in $(cut -d" " -f1 /proc/uptime | awk -v start=$start '{ print $1 - start }') s"`,
  },
  {
    expected: 'refused', control: 'none', id: 'annex-noisy/network-bandwidth', title: 'send as fast as the network can', alone: true, seconds: 30,
    refusal: 'slow', unbounded: 'a ceiling (kubernetes.io/egress-bandwidth) needs the CNI’s bandwidth plugin, which is the cluster’s to install, and does not hold the pod’s owner to set it',
    script: 'start=$(cut -d" " -f1 /proc/uptime); wget -q -O /dev/null http://{peer}:8080/big || exit 1; echo "32 MiB in $(cut -d" " -f1 /proc/uptime | awk -v start=$start \'{ print $1 - start }\') s"',
  },
]

export const noisyPods: PodAttack[] = [
  {
    ...limits, id: 'annex-noisy/memory', title: 'use twice the memory that a pod that says nothing may have (128Mi)', pod: 'annex-proof-memory', until: 'exit', seconds: 60,
    refusal: 'OOMKilled|exit 137|out of memory|Killed', script: 'dd if=/dev/zero of=/dev/null bs=256M count=1 && echo "256 MiB were used"',
  },
  {
    expected: 'refused', control: 'pids', id: 'annex-noisy/pids', title: 'start 1,500 processes', pod: 'annex-proof-pids', until: 'exit', seconds: 60,
    resources: { requests: { cpu: '50m', memory: '16Mi' }, limits: { cpu: '500m', memory: '512Mi' } },
    refusal: "can't fork|Resource temporarily unavailable",
    script: `${escape}; i=0; while [ $i -lt 1500 ]; do sleep 8 & i=$((i + 1)); done; echo "$i processes"`,
  },
  {
    ...limits, id: 'annex-noisy/ephemeral-storage', title: 'write more outside of volumes than a pod that says nothing may (256Mi)', pod: 'annex-proof-ephemeral', until: 'outlive', seconds: 120,
    refusal: 'Evicted', script: `${mebi(320, '/tmp/attack')} && sleep 150`,
  },
  {
    ...limits, id: 'annex-noisy/logs', title: 'log more than a pod that says nothing may write (256Mi), faster than the kubelet rotates', pod: 'annex-proof-logs', until: 'outlive', seconds: 120,
    resources: { requests: { cpu: '50m', memory: '16Mi' }, limits: { cpu: '500m', memory: '64Mi' } },
    refusal: 'Evicted', script: 'yes "$(head -c 4000 /dev/zero | tr "\\0" x)" | head -c 440401920; sleep 150',
  },
]
