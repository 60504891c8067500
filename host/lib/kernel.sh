# What the running kernel has.

# Loaded, or built in. Not every built-in module has a folder in /sys/module, and a kernel without module support
# has no list of its built-in ones, so what a module brings counts as well.
module_loaded() {
  local name=${1//-/_}
  if [[ -d /sys/module/$name ]]; then return 0; fi
  if grep -qs "/${name//_/[-_]}\.ko" "/lib/modules/$(uname -r)/modules.builtin"; then return 0; fi
  case $name in
    overlay | ext4 | fuse) grep -qw "$name" /proc/filesystems ;;
    br_netfilter) [[ -d /proc/sys/net/bridge ]] ;;
    tun) [[ -d /sys/class/misc/tun ]] ;;
    loop) [[ -d /sys/class/misc/loop-control || -e /dev/loop-control ]] ;;
    nf_conntrack) [[ -e /proc/sys/net/netfilter/nf_conntrack_max ]] ;;
    ip_tables) [[ -e /proc/net/ip_tables_names ]] ;;
    ip6_tables) [[ -e /proc/net/ip6_tables_names ]] ;;
    *) kernel_option "$name" ;;
  esac
}

# A kernel that shows its configuration tells what is built in.
kernel_option() {
  local option
  case $1 in
    wireguard) option=WIREGUARD ;;
    nf_tables) option=NF_TABLES ;;
    vxlan) option=VXLAN ;;
    *) return 1 ;;
  esac
  # Not grep -q: it would leave gzip with a broken pipe, and pipefail would take that for a no.
  [[ -r /proc/config.gz ]] && gzip -dc /proc/config.gz | grep -x "CONFIG_$option=y" >/dev/null
}

# module_available <name> - loaded, built in, or to be loaded.
module_available() {
  module_loaded "$1" || modprobe -n -q "$1" 2>/dev/null
}

# The kernel separates numbers by tabs, people by spaces.
sysctl_live() {
  local words
  read -r -a words <"$1" || true
  printf '%s' "${words[*]-}"
}
