#!/bin/sh
set -eu

if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  deb-systemd-invoke stop containerd.service
fi
