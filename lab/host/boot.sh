#!/usr/bin/env bash
# boot.sh NAME IMAGE FOLDER: boots a lab host; the process ends when the host does.
# IMAGE is its root file system (read only); FOLDER holds its disk (disk.img, with upper, work and var) and the mount points disk and root.
# To be run in a mount namespace of its own (unshare --mount), so that the host's file systems go away with it.
set -euo pipefail
umask 022

name=$1 image=$2 folder=$3
here=$(dirname "$(readlink -f "$0")")

# A cgroup of its own in every controller: whatever the host starts is accounted to it and ends with it.
if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
  controllers=(/sys/fs/cgroup)
else
  controllers=(/sys/fs/cgroup/*/)
fi
for controller in "${controllers[@]}"; do
  group=$controller/annex-$name
  mkdir -p "$group"
  if [[ -e $controller/cpuset.cpus ]]; then
    cat "$controller/cpuset.cpus" >"$group/cpuset.cpus"
    cat "$controller/cpuset.mems" >"$group/cpuset.mems"
  fi
  echo $$ >"$group/cgroup.procs"
done

# A power cycle of the host is none of this machine: nothing has to be forced to the disk.
mount -o loop,nobarrier "$folder/disk.img" "$folder/disk"
mount -t overlay overlay -o "lowerdir=$image,upperdir=$folder/disk/upper,workdir=$folder/disk/work" "$folder/root"
# Not on the overlay: containerd's own overlays want a real file system below them.
mount --bind "$folder/disk/var" "$folder/root/var"

export SYSTEMD_NSPAWN_API_VFS_WRITABLE=1
# Debian 13's systemd (257) refuses a machine's cgroup v1 unless it is told so, and takes this from a kernel's command line only.
legacy=SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1
exec systemd-nspawn --quiet --directory="$folder/root" --machine="annex-$name" --hostname="$name" \
  --register=no --keep-unit --link-journal=no --resolv-conf=off --timezone=off --console=pipe \
  --network-namespace-path="/run/netns/annex-$name" --private-users=no \
  --setenv="$legacy" --setenv="SYSTEMD_PROC_CMDLINE=$legacy" \
  --capability=all --drop-capability=CAP_SYS_TIME \
  --system-call-filter='@keyring bpf @mount @raw-io @privileged' \
  --bind=/dev/kmsg --bind=/dev/net/tun --bind=/dev/fuse \
  --bind-ro="$here/init.sh:/run/annex-lab/init.sh" \
  /bin/sh /run/annex-lab/init.sh
