#!/bin/sh
# Like the public package: enabled and started as soon as it is installed.
set -eu

if [ "$1" = configure ]; then
  deb-systemd-helper unmask containerd.service >/dev/null
  if deb-systemd-helper --quiet was-enabled containerd.service; then
    deb-systemd-helper enable containerd.service >/dev/null
  fi
  if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload
    if [ -n "${2:-}" ]; then action=restart; else action=start; fi
    deb-systemd-invoke "$action" containerd.service
  fi
fi
