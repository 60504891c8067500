# module: a kernel module: name; loaded now and at boot. One built into the kernel counts as loaded.

id_module() {
  ID=${DOC["$1/name"]}
}

module_file() {
  printf '/etc/modules-load.d/annex-%s.conf' "$1"
}

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

look_module() {
  local name=${DOC["$1/name"]}
  if ! module_loaded "$name"; then
    if module_available "$name"; then differs 'not loaded'; else differs 'this kernel does not have it'; fi
  fi
  if ! file_is "$(module_file "$name")" 644 "$name"$'\n'; then differs 'not loaded at boot'; fi
}

note_module() {
  local name=${DOC["$1/name"]}
  if noted module "$name"; then return; fi
  if ! module_available "$name"; then
    fail "module $name" "the kernel $(uname -r) does not have it: neither loaded, nor built in, nor in /lib/modules" \
      "use a kernel with it (Debian's and Ubuntu's own have it; a container-based VPS cannot load modules)"
  fi
  note_begin module "$name"
  if module_loaded "$name"; then : >"$NOTE/loaded"; fi
  note_path "$(module_file "$name")"
  note_end
}

converge_module() {
  local name=${DOC["$1/name"]}
  printf '%s\n' "$name" | write_file "$(module_file "$name")" 644
  if ! module_loaded "$name"; then run 'see dmesg' modprobe "$name"; fi
}

remove_module() {
  restore_path "$1" "$(module_file "$2")"
  # A module that something uses by now stays until the next boot.
  if [[ ! -e $1/loaded ]]; then modprobe -r -q "$2" 2>/dev/null || true; fi
}
