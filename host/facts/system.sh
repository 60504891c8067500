# Facts of the system: what it is, how large, what its kernel has.

facts_system() {
  fact os/id s "$(os_field ID)"
  fact os/version s "$(os_field VERSION_ID)"
  fact os/name s "$(os_field PRETTY_NAME)"
  fact architecture s "$(uname -m)"
  fact hostname s "$(uname -n)"
  fact machineId s "$(cat /etc/machine-id 2>/dev/null || true)"
  fact resolvConf s "$(resolv_conf)"
  fact memory/total n "$(memory_field MemTotal)"
  fact disk/free n "$(df --output=avail -B 1 /var/lib | tail -n 1 | tr -d ' ')"
  fact disk/total n "$(df --output=size -B 1 /var/lib | tail -n 1 | tr -d ' ')"
  fact clock n "$(date +%s)"
  fact cgroupVersion n "$(cgroup_version)"
  list_fact swap s < <(awk 'NR > 1 { print $1 }' /proc/swaps)
}

# Where the host's own name servers are: where systemd-resolved runs, /etc/resolv.conf names it, and no pod reaches that.
resolv_conf() {
  local resolved=/run/systemd/resolve/resolv.conf
  if [[ -e $resolved ]] && systemctl --quiet is-active systemd-resolved.service; then printf '%s' "$resolved"; else printf /etc/resolv.conf; fi
}

# os-release is shell syntax; it is read, not run.
os_field() {
  sed -n "s/^$1=//p" /etc/os-release 2>/dev/null | head -n 1 | sed "s/^[\"']//; s/[\"']\$//"
}

memory_field() {
  awk -v "field=$1:" '$1 == field { printf "%.0f", $2 * 1024 }' /proc/meminfo
}

cgroup_version() {
  if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
    printf 2
  elif [[ -d /sys/fs/cgroup/memory || -d /sys/fs/cgroup/pids ]]; then
    printf 1
  else
    printf 0
  fi
}

facts_kernel() {
  local name
  for name in tun wireguard overlay br_netfilter vxlan nf_tables ip_tables ip_set; do
    if module_available "$name"; then fact "kernelHas/$name" b true; else fact "kernelHas/$name" b false; fi
  done
}
