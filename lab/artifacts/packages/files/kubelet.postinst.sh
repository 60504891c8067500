#!/bin/sh
# Like the public package: systemd learns of the unit; whether kubelet runs is the host's owner's (kubeadm's) choice.
set -eu

if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload
fi
