#!/bin/sh
# Runs flanneld and, once it has written the node's subnet and MTU, tells the container runtime about the network.
# This is what flannel's own CNI plugin does at each pod's start; bridge and host-local do it without that plugin.
set -eu

subnet_file=/run/flannel/subnet.env
config=/etc/cni/net.d/10-flannel.conflist

# What an earlier run found may no longer be so: the tunnel's MTU can change.
rm -f "$subnet_file"
/opt/bin/flanneld "$@" &
flanneld=$!
trap 'kill "$flanneld"' TERM INT

until [ -s "$subnet_file" ]; do
  kill -0 "$flanneld" 2>/dev/null || wait "$flanneld"
  sleep 0.1
done

# shellcheck source=/dev/null
. "$subnet_file"
# flannel writes the first address of the subnet, the CNI wants the subnet's own.
first=${FLANNEL_SUBNET%/*}
subnet=${first%.*}.$((${first##*.} - 1))/${FLANNEL_SUBNET#*/}
cat >"$config.new" <<EOF
{
  "cniVersion": "1.0.0",
  "name": "cbr0",
  "plugins": [
    {
      "type": "bridge",
      "bridge": "cni0",
      "mtu": $FLANNEL_MTU,
      "isDefaultGateway": true,
      "hairpinMode": true,
      "ipMasq": false,
      "ipam": { "type": "host-local", "subnet": "$subnet" }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
EOF
mv "$config.new" "$config"

# A signal ends the first wait; the second one waits for flanneld itself.
wait "$flanneld" || wait "$flanneld"
