#!/bin/sh
set -eu

if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload
fi
if [ "$1" = purge ]; then
  deb-systemd-helper purge containerd.service >/dev/null
fi
