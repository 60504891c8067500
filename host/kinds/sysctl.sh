# sysctl: key, value, atLeast?; now, and at boot through a file of its own in /etc/sysctl.d. A number that is there at least
# is left alone where it is higher.

id_sysctl() {
  ID=${DOC["$1/key"]}
}

# sysctl_file <key> [atLeast] - a later name wins at boot: last among the files, or first where others may set more (or less, which the
# next look tells).
sysctl_file() {
  local order=99-zz
  if [[ ${2-} == true ]]; then order=00; fi
  printf '/etc/sysctl.d/%s-annex-%s.conf' "$order" "${1//\//.}"
}

# net.ipv4.conf.all.forwarding and net/ipv4/conf/eth0.5/forwarding are both usual.
sysctl_proc() {
  local key=$1
  if [[ $key != */* ]]; then key=${key//.//}; fi
  printf '/proc/sys/%s' "$key"
}

# sysctl_enough <pointer> <proc file> - whether somebody else has set it to more than the document asks for.
sysctl_enough() {
  local live
  if [[ ${DOC["$1/atLeast"]-} != true || ! -e $2 ]]; then return 1; fi
  live=$(sysctl_live "$2")
  [[ $live =~ ^[0-9]+$ && ${DOC["$1/value"]} =~ ^[0-9]+$ ]] && ((live > ${DOC["$1/value"]}))
}

look_sysctl() {
  local key=${DOC["$1/key"]} value=${DOC["$1/value"]} proc
  proc=$(sysctl_proc "$key")
  if sysctl_enough "$1" "$proc"; then return; fi
  if [[ ! -e $proc ]]; then
    differs "the running kernel has no $key"
  elif [[ $(sysctl_live "$proc") != "$value" ]]; then
    differs "is $(sysctl_live "$proc"), not $value"
  fi
  if ! file_is "$(sysctl_file "$key" "${DOC["$1/atLeast"]-}")" 644 "$key = $value"$'\n'; then differs 'not set at boot'; fi
}

note_sysctl() {
  local key=${DOC["$1/key"]} proc
  if noted sysctl "$key"; then return; fi
  proc=$(sysctl_proc "$key")
  if [[ ! -e $proc ]]; then
    fail "sysctl $key" "the running kernel has no $key" 'load the module that brings it first (net.bridge.* needs br_netfilter)'
  fi
  note_begin sysctl "$key"
  sysctl_live "$proc" >"$NOTE/value"
  if [[ ${DOC["$1/atLeast"]-} == true ]]; then printf '%s' "${DOC["$1/value"]}" >"$NOTE/at-least"; fi
  note_path "$(sysctl_file "$key" "${DOC["$1/atLeast"]-}")"
  note_end
}

converge_sysctl() {
  local key=${DOC["$1/key"]} value=${DOC["$1/value"]} proc
  proc=$(sysctl_proc "$key")
  printf '%s = %s\n' "$key" "$value" | write_file "$(sysctl_file "$key" "${DOC["$1/atLeast"]-}")" 644
  if [[ $(sysctl_live "$proc") != "$value" ]]; then sysctl_write "$key" "$proc" "$value"; fi
  if [[ ${DOC["$1/atLeast"]-} == true ]]; then printf '%s' "$value" >"${ENTRY["sysctl $key"]}/at-least"; fi
}

sysctl_write() {
  if ! printf '%s\n' "$3" 2>/dev/null >"$2"; then
    fail "sysctl $1" "the kernel refuses the value $3" "allowed is what $2 takes; see the kernel's documentation of $1"
  fi
}

remove_sysctl() {
  local proc file before
  proc=$(sysctl_proc "$2")
  before=$(entry_field "$1" value)
  if [[ -e $1/at-least ]]; then
    file=$(sysctl_file "$2" true)
    # Somebody has set it since.
    if [[ $(sysctl_live "$proc") != "$(<"$1/at-least")" ]]; then before=$(sysctl_live "$proc"); fi
  else
    file=$(sysctl_file "$2")
  fi
  restore_path "$1" "$file"
  if [[ -e $proc && $(sysctl_live "$proc") != "$before" ]]; then sysctl_write "$2" "$proc" "$before"; fi
}
