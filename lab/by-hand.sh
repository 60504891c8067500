# The guide's steps 1, 2, 3 and 5.2 with its mistakes corrected, as a person would type them in one SSH session: what annex is measured by.
# Runs on a bare VPS. Expects in the environment: MIRROR, APT_KEY, REGISTRY_CA (base64), KUBERNETES_VERSION, CONTAINERD_VERSION,
# GATEWAY, GATEWAY_KEY, WIREGUARD_KEY, TUNNEL_ADDRESS, TUNNEL_RANGES, NODE_NAME, API_SERVER, TOKEN, CA_HASH.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

# the tunnel (variant A)
apt-get update
apt-get install -y --no-install-recommends wireguard-tools wireguard-go
umask 077
cat >/etc/wireguard/wg0.conf <<EOF
[Interface]
PrivateKey = $WIREGUARD_KEY
Address = $TUNNEL_ADDRESS/32
ListenPort = 51820
MTU = 1420
[Peer]
PublicKey = $GATEWAY_KEY
Endpoint = $GATEWAY:51820
AllowedIPs = $TUNNEL_RANGES
PersistentKeepalive = 25
EOF
umask 022
systemctl enable --now wg-quick@wg0

# 1.1 kubelet, kubeadm, kubectl
mkdir -p /etc/apt/keyrings
base64 -d <<<"$APT_KEY" >/etc/apt/keyrings/mirror.asc
cat >/etc/apt/sources.list.d/kubernetes.list <<EOF
deb [signed-by=/etc/apt/keyrings/mirror.asc] $MIRROR/kubernetes/core:/stable:/v1.36/deb/ /
deb [signed-by=/etc/apt/keyrings/mirror.asc] $MIRROR/docker/linux/debian bookworm stable
EOF
apt-get update
apt-get install -y --no-install-recommends "kubelet=$KUBERNETES_VERSION" "kubeadm=$KUBERNETES_VERSION" "kubectl=$KUBERNETES_VERSION" \
  iptables nftables ipset conntrack ethtool socat
apt-mark hold kubelet kubeadm kubectl

# 1.1 containerd
apt-get install -y --no-install-recommends "containerd.io=$CONTAINERD_VERSION"
apt-mark hold containerd.io
mkdir -p /etc/containerd
cat >/etc/containerd/config.toml <<EOF
version = 3
[plugins.'io.containerd.cri.v1.runtime']
restrict_oom_score_adj = true
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
SystemdCgroup = true
[plugins.'io.containerd.cri.v1.images'.registry]
config_path = '/etc/containerd/certs.d'
EOF
for registry in registry.k8s.io docker.io; do
  mkdir -p "/etc/containerd/certs.d/$registry"
  base64 -d <<<"$REGISTRY_CA" >"/etc/containerd/certs.d/$registry/ca.pem"
  cat >"/etc/containerd/certs.d/$registry/hosts.toml" <<EOF
server = "https://$registry"
[host."https://198.51.100.5:5000"]
capabilities = ["pull", "resolve"]
ca = "/etc/containerd/certs.d/$registry/ca.pem"
EOF
done
systemctl restart containerd
systemctl enable containerd

# 1.2 kernel settings
modprobe -q overlay || true
modprobe -q br_netfilter || true
cat >/etc/sysctl.d/k8s.conf <<EOF
net.bridge.bridge-nf-call-iptables = 1
net.bridge.bridge-nf-call-ip6tables = 1
net.ipv4.ip_forward = 1
EOF
sysctl --load /etc/sysctl.d/k8s.conf

# 3: local volumes, each a file system of its own size, mounted at boot
mkdir -p /var/lib/annex-volumes
for volume in vol-1=64M vol-2=128M; do
  name=${volume%=*}
  fallocate -l "${volume#*=}" "/var/lib/annex-volumes/$name.img"
  mkfs.ext4 -q -m 0 "/var/lib/annex-volumes/$name.img"
  mkdir -p "/mnt/$name"
  echo "/var/lib/annex-volumes/$name.img /mnt/$name ext4 loop,nodev,nosuid 0 0" >>/etc/fstab
  mount -o loop,nodev,nosuid "/var/lib/annex-volumes/$name.img" "/mnt/$name"
done

# 5.2 firewall: from outside only SSH, ICMP and the tunnel
cat >/etc/nftables.conf <<EOF
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iifname { "lo", "wg0", "cni0", "flannel.1" } accept
    meta l4proto { icmp, ipv6-icmp } accept
    tcp dport 22 accept
    udp dport 51820 accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname { "lo", "wg0", "cni0", "flannel.1" } accept
  }
}
EOF
systemctl enable --now nftables

# 1.4 and 2: the join, with labels and taint from the start
cat >/run/join.yaml <<EOF
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery:
  bootstrapToken:
    apiServerEndpoint: $API_SERVER
    token: $TOKEN
    caCertHashes: ["$CA_HASH"]
nodeRegistration:
  name: $NODE_NAME
  criSocket: unix:///run/containerd/containerd.sock
  ignorePreflightErrors: [SystemVerification]
  taints: [{ key: paas-tier, value: tenant, effect: NoSchedule }]
  kubeletExtraArgs:
    - { name: node-ip, value: $TUNNEL_ADDRESS }
    # The cluster's own nodes have systemd-resolved, and the kernel's settings as a kubelet wants them.
    - { name: resolv-conf, value: /etc/resolv.conf }
    - { name: protect-kernel-defaults, value: "false" }
    - { name: node-labels, value: "node-type=vps,paas-tier=tenant,storage-type=local" }
EOF
kubeadm join --config /run/join.yaml
rm /run/join.yaml

until [[ $(kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node "$NODE_NAME" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}') == True ]]; do
  sleep 0.5
done
