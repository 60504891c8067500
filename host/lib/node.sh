# What a kubelet, containerd and a CNI leave on a host beside files of packages, and how it goes away.

# Folders and files that they make.
readonly NODE_PATHS=(/etc/cni /etc/kubernetes /opt/cni /run/flannel /run/xtables.lock /run/calico /run/kube-router /run/cni /var/lib/calico
  /var/lib/cni /var/lib/kube-proxy /var/lib/kube-router /var/lib/kubelet /var/log/containers /var/log/pods /usr/libexec/kubernetes)

# Settings that kubelet, kube-proxy and the usual CNIs change.
readonly NODE_SYSCTLS=(kernel/keys/root_maxbytes kernel/keys/root_maxkeys kernel/panic kernel/panic_on_oops vm/overcommit_memory vm/panic_on_oom
  net/bridge/bridge-nf-call-arptables net/bridge/bridge-nf-call-iptables net/bridge/bridge-nf-call-ip6tables net/ipv4/ip_forward
  net/ipv4/conf/all/arp_announce net/ipv4/conf/all/arp_ignore net/ipv4/conf/all/route_localnet net/ipv4/conf/all/rp_filter
  net/ipv4/conf/default/rp_filter net/ipv4/neigh/default/gc_thresh1 net/ipv4/vs/conntrack net/ipv6/conf/all/forwarding
  net/netfilter/nf_conntrack_max net/netfilter/nf_conntrack_tcp_be_liberal net/netfilter/nf_conntrack_tcp_timeout_close_wait
  net/netfilter/nf_conntrack_tcp_timeout_established net/netfilter/nf_conntrack_udp_timeout net/netfilter/nf_conntrack_udp_timeout_stream)

# note_node_state - into the open ledger entry: what is there before the join.
note_node_state() {
  local path
  for path in "${NODE_PATHS[@]}"; do
    if [[ -e $path ]]; then find "$path" -xdev; fi
  done >"$NOTE/node-paths"
  # kubeadm reset takes files along that packages have put there.
  existing etc/kubernetes var/lib/kubelet etc/cni |
    tar -C / --one-file-system --exclude var/lib/kubelet/pods --ignore-failed-read -T - -cf "$NOTE/node-files.tar" 2>/dev/null || true
  for path in "${NODE_SYSCTLS[@]}"; do
    if [[ -e /proc/sys/$path ]]; then printf '%s %s\n' "$path" "$(sysctl_live "/proc/sys/$path")"; fi
  done >"$NOTE/node-sysctls"
  list_links >"$NOTE/node-links"
  list_sets >"$NOTE/node-sets"
  list_tables >"$NOTE/node-tables"
  list_chains >"$NOTE/node-chains"
  list_netns >"$NOTE/node-netns"
}

# existing <path without its first slash...> - those that exist.
existing() {
  local path
  for path in "$@"; do
    if [[ -e /$path ]]; then printf '%s\n' "$path"; fi
  done
}

# list_links [which, as ip link show takes it]
list_links() {
  ip -o link show "$@" | sed -n 's/^[0-9]*: \([^:@]*\).*/\1/p'
}

list_sets() {
  if type ipset >/dev/null 2>&1; then ipset list -n 2>/dev/null || true; fi
}

list_tables() {
  if type nft >/dev/null 2>&1; then nft list tables 2>/dev/null || true; fi
}

# list_chains - "<family> <table> <chain>" each.
list_chains() {
  if type nft >/dev/null 2>&1; then
    { nft list chains 2>/dev/null || true; } | awk '$1 == "table" { table = $2 " " $3 } $1 == "chain" { print table, $2 }'
  fi
}

list_netns() {
  find /run/netns -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null || true
}

# reset_node - out of the cluster, with no pod left running. What the cluster knows of the node is not this host's to delete.
reset_node() {
  if type kubeadm >/dev/null 2>&1; then
    run 'see journalctl -u containerd -u kubelet' kubeadm reset --force --cri-socket unix:///run/containerd/containerd.sock
  fi
  systemctl stop kubelet.service 2>/dev/null || true
  clear_containers
  unmount_below /var/lib/kubelet
  find /var/lib/kubelet /etc/kubernetes -mindepth 1 -type f \( -path '/var/lib/kubelet/*' -o -name '*.conf' -o -name 'ca.crt' \) -delete 2>/dev/null || true
}

# clear_containers - those too that the kubelet asked for in its last moment: containerd goes on with them, so they come after kubeadm has
# looked, and are gone for good only when none has come for a while.
clear_containers() {
  local id left quiet=0 deadline=$((SECONDS + 30))
  if ! type ctr >/dev/null 2>&1 || [[ ! -S /run/containerd/containerd.sock ]]; then return 0; fi
  while ((quiet < 3 && SECONDS < deadline)); do
    left=$(in_containerd tasks list -q && in_containerd containers list -q) || true
    for id in $left; do in_containerd tasks rm --force "$id" || in_containerd containers rm "$id" || true; done
    if [[ -z $left ]]; then ((++quiet)); else quiet=0; fi
    sleep 0.2
  done
  # Only the kubelet's own interface of containerd takes these away.
  unmount_below /run/containerd/io.containerd.grpc.v1.cri/sandboxes
  unmount_below /run/containerd/io.containerd.runtime.v2.task/k8s.io
  for id in $(in_containerd images list -q); do in_containerd images rm --sync "$id" || true; done
}

in_containerd() {
  timeout 30 ctr --namespace k8s.io "$@" 2>/dev/null
}

unmount_below() {
  local mounts mount
  mapfile -t mounts < <(awk -v "p=$1/" 'index($2, p) == 1 { print $2 }' /proc/mounts | sort -r)
  for mount in ${mounts[@]+"${mounts[@]}"}; do umount -l "$mount" || true; done
}

# except <file> - the lines of stdin that the file does not have; having none left is no failure.
except() {
  grep -vxFf "$1" || (($? == 1))
}

# restore_node_state <entry> [anew] - takes away what was not there before the join, and only what a node's programs make; for a join
# that begins anew also what another join had left there before annex's.
restore_node_state() {
  local entry=$1
  clear_netns "$entry"
  if [[ -n ${2-} ]]; then clear_links <(grep -v '^\(cni[0-9]\|flannel\|kube-bridge\)' "$entry/node-links" || (($? == 1))); else clear_links "$entry/node-links"; fi
  clear_rules
  clear_tables "$entry"
  clear_chains "$entry"
  clear_sets "$entry"
  clear_cgroups
  clear_paths "$entry"
  if [[ -s $entry/node-files.tar ]]; then tar -C / --skip-old-files -xpf "$entry/node-files.tar"; fi
  if [[ -n ${2-} ]]; then
    rm -f /etc/kubernetes/{kubelet.conf,bootstrap-kubelet.conf,pki/ca.crt} /etc/kubernetes/manifests/* /var/lib/kubelet/{config.yaml,kubeadm-flags.env,cpu_manager_state,memory_manager_state}
    rm -rf /var/lib/kubelet/pki
  fi
  restore_sysctls "$entry"
}

clear_netns() {
  local name
  while read -r name; do
    if [[ $name == cni-* ]]; then ip netns delete "$name" || true; fi
  done < <(list_netns | except "$1/node-netns")
  if [[ -d /run/netns ]]; then rmdir --ignore-fail-on-non-empty /run/netns 2>/dev/null || umount /run/netns 2>/dev/null || true; fi
  if [[ -d /run/netns ]]; then rmdir --ignore-fail-on-non-empty /run/netns || true; fi
}

# clear_links <file with the links that stay>
clear_links() {
  local name port
  while read -r name; do
    case $name in
      cni[0-9]* | kube-bridge)
        # The pods' ends on it. Others of such names are somebody else's containers'; those on no bridge went with the pods' namespaces.
        while read -r port; do ip link delete "$port" 2>/dev/null || true; done < <(list_links master "$name")
        ip link delete "$name" 2>/dev/null || true
        ;;
      flannel* | kube-* | cali* | vxlan.calico | cilium* | lxc* | dummy0 | nodelocaldns) ip link delete "$name" 2>/dev/null || true ;;
    esac
  done < <(list_links | except "$1")
}

# Rules and chains in the iptables way: only those that carry a name of Kubernetes or a CNI; a foreign rule stays.
clear_rules() {
  local command rules
  for command in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
    if ! type "$command-save" >/dev/null 2>&1; then continue; fi
    case $command in *legacy) [[ -s /proc/net/${command%-legacy}_names || -s /proc/net/${command%tables-legacy}_tables_names ]] || continue ;; esac
    rules=$("$command-save" 2>/dev/null) || continue
    if ! grep -q "$NODE_RULES" <<<"$rules"; then continue; fi
    grep -v "$NODE_RULES" <<<"$rules" | "$command-restore" 2>/dev/null || true
  done
}

readonly NODE_RULES='KUBE-\|FLANNEL-\|CNI-\|cali-\|CILIUM_\|cni0\|flanneld \|kube-router'

# Tables that are new: those of kube-proxy, and those of iptables-nft when nothing is left in them.
clear_tables() {
  local family name
  while read -r _ family name; do
    case $name in
      kube-proxy | kube-router* | flannel-*) nft delete table "$family" "$name" || true ;;
      filter | nat | mangle | raw | security)
        if nft list table "$family" "$name" | is_bare; then nft delete table "$family" "$name" || true; fi
        ;;
    esac
  done < <(list_tables | except "$1/node-tables")
}

# In tables that somebody had before: iptables makes its built-in chains when it first needs them, and keeps them.
clear_chains() {
  local family table name
  # A join of an earlier version did not note them.
  if [[ ! -e $1/node-chains ]]; then return; fi
  while read -r family table name; do
    case $name in
      PREROUTING | INPUT | FORWARD | OUTPUT | POSTROUTING)
        if nft list chain "$family" "$table" "$name" | is_bare; then nft delete chain "$family" "$table" "$name" || true; fi
        ;;
    esac
  done < <(list_chains | except "$1/node-chains")
}

# is_bare - whether what nft lists has no rule. Not grep -q: it would leave nft with a broken pipe, and pipefail would take that for one that is.
is_bare() {
  ! grep -v '^table \|^[[:space:]]*chain [A-Z]* {$\|type .* hook .* policy accept;\|^[[:space:]]*}$\|^$\|^# ' >/dev/null
}

clear_sets() {
  local name
  while read -r name; do
    case $name in KUBE-* | inet6:KUBE-* | kube-router-* | inet6:kube-router-* | cali*) ipset destroy "$name" 2>/dev/null || true ;; esac
  done < <(list_sets | except "$1/node-sets")
}

clear_cgroups() {
  local group
  systemctl stop kubepods.slice 2>/dev/null || true
  for group in /sys/fs/cgroup/kubepods* /sys/fs/cgroup/*/kubepods* /sys/fs/cgroup/kubelet* /sys/fs/cgroup/*/kubelet*; do
    if [[ -d $group ]]; then find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null || true; fi
  done
}

# Deepest first; what was there before, and what packages own, stays.
clear_paths() {
  local path owned
  owned=$(dpkg-query -L kubelet kubeadm kubectl kubernetes-cni 2>/dev/null) || true
  for path in "${NODE_PATHS[@]}"; do
    if [[ ! -e $path ]]; then continue; fi
    unmount_below "$path"
    find "$path" -xdev -depth | except <(printf '%s\n' "$owned") | except "$1/node-paths" | while read -r path; do
      if [[ -d $path && ! -L $path ]]; then rmdir --ignore-fail-on-non-empty "$path" 2>/dev/null || true; else rm -f "$path"; fi
    done
  done
}

restore_sysctls() {
  local path value
  while read -r path value; do
    if [[ -e /proc/sys/$path && $(sysctl_live "/proc/sys/$path") != "$value" ]]; then
      { printf '%s\n' "$value" >"/proc/sys/$path"; } 2>/dev/null || true
    fi
  done <"$1/node-sysctls"
}
