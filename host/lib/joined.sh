# The cluster that the host has joined, by what is on the host.

readonly KUBELET_CONF=/etc/kubernetes/kubelet.conf
readonly KUBELET_CERTIFICATE=/var/lib/kubelet/pki/kubelet-client-current.pem

# joined_node - the node's name as the kubelet's own certificate has it; nothing on a host that has not joined. DER puts the
# length of a string before it.
joined_node() {
  if [[ ! -s $KUBELET_CERTIFICATE || ! -s $KUBELET_CONF ]]; then return; fi
  sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/{/CERTIFICATE/d;p}; /END CERTIFICATE/q' "$KUBELET_CERTIFICATE" | base64 -d |
    perl -0777 -ne 'print substr($_, $+[0], ord $1) =~ s/^system:node://r if /[\x0c\x13](.)(?=system:node:)/s'
}

# joined_server - host:port of the API server that it joined.
joined_server() {
  sed -n '/^ *server: https:/{s|^ *server: https://||p;q}' "$KUBELET_CONF"
}

# joined_authority - the certificate authority that the kubelet trusts: PEM in base64.
joined_authority() {
  sed -n '/^ *certificate-authority-data:/{s|^[^:]*: *||p;q}' "$KUBELET_CONF"
}

# serving_unsigned - whether the kubelet waits for a certificate to serve by (serverTLSBootstrap of the cluster's kubelets): somebody in
# the cluster must approve it, and until then the API server does not get to pods' logs and shells.
serving_unsigned() {
  grep -qs '^serverTLSBootstrap: true' /var/lib/kubelet/config.yaml && [[ ! -e /var/lib/kubelet/pki/kubelet-server-current.pem ]]
}
