#!/bin/sh
# First process of a lab host: gives it what a machine of its own would have, then becomes its init.
# It runs from a bind mount under /run, so nothing of it is on the host's disk.
set -eu
umask 022

# Or what happens to a copy of a mount below would happen to the mount too.
mount --make-rprivate /

# One for each controller (cgroup v1), or one for all (v2).
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*/; do
  case $(findmnt --noheadings --output FSTYPE --mountpoint "${hierarchy%/}") in
    cgroup | cgroup2) mount -o remount,bind,rw "$hierarchy" ;;
  esac
done

# A sysfs shows the network of whoever mounted it, which was the machine: the host wants its own links in /sys/class/net.
groups=/run/annex-lab/cgroup
mkdir -p "$groups"
mount --rbind /sys/fs/cgroup "$groups"
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount --rbind "$groups" /sys/fs/cgroup
umount -l "$groups"

# Kernel settings other than net.* belong to the machine that the lab runs on. The host gets its own copy, with the values
# of a freshly booted kernel: it may read and write it like any other, and nobody else notices.
copy=/run/annex-lab/sysctl
mkdir -p "$copy"
mount -t tmpfs -o mode=755 tmpfs "$copy"
for tree in abi debug dev fs kernel user vm; do
  [ -d "/proc/sys/$tree" ] || continue
  cp -r "/proc/sys/$tree" "$copy/" 2>/dev/null || true
done
for live in kernel/random kernel/hostname kernel/domainname; do
  mount --rbind "/proc/sys/$live" "$copy/$live"
done
for tree in "$copy"/*; do
  mount --rbind "$tree" "/proc/sys/${tree##*/}"
done
umount -l "$copy"
mount --make-rshared /

# Nor is the machine's swap the host's.
head -n 1 /proc/swaps >/run/annex-lab/swaps
mount --bind /run/annex-lab/swaps /proc/swaps

mknod -m 660 /dev/loop-control c 10 237
index=0
while [ "$index" -lt 64 ]; do
  mknod -m 660 "/dev/loop$index" b 7 "$index"
  index=$((index + 1))
done
chgrp disk /dev/loop*

umount -l /run/annex-lab/init.sh
rm -rf /run/annex-lab
exec /lib/systemd/systemd
