#!/bin/sh
set -eu

if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl --no-reload disable --now kubelet.service
fi
