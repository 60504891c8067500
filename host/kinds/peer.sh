# peer: one more peer of a WireGuard interface: interface, name, publicKey, endpoint?, allowedIps[], keepalive?. It is set on the running
# interface, and has a file of its own, which the interface's wg-quick reads at boot (PEERS_UP in kinds/interface.sh): so peers come and go
# in sections of their own, while the interface's section stays as it is.

id_peer() {
  ID=${DOC["$1/interface"]}/${DOC["$1/name"]}
}

# peer_file <id>
peer_file() {
  printf '/etc/wireguard/%s.d/%s.conf' "${1%%/*}" "${1#*/}"
}

look_peer() {
  local interface=${DOC["$1/interface"]} id=$ID text live missing
  text=$(peer_text "$1")
  if ! file_is "$(peer_file "$id")" 600 "$text"$'\n'; then
    differs 'configuration differs'
  elif noted peer "$id" && ! cmp -s "${ENTRY["peer $id"]}/set" "$(peer_file "$id")"; then
    differs 'what it was before may still be set'
  fi
  if ! interface_up "$interface"; then
    differs "$interface is not up"
    return
  fi
  live=$(live_peer "$interface" "${DOC["$1/publicKey"]}")
  if [[ -z $live ]]; then differs 'missing'; elif ! peer_is "$1" "$live"; then differs 'differs'; fi
  missing=$(peer_values AllowedIPs - <<<"$text" | missing_routes "$interface" | tr '\n' ' ')
  if [[ -n $missing ]]; then differs "no route to $missing"; fi
}

note_peer() {
  local interface=${DOC["$1/interface"]} id=$ID file
  file=$(peer_file "$id")
  if ! interface_up "$interface"; then
    fail "peer $id" "its interface $interface is not up" "converge the section that has the interface first; see journalctl -u wg-quick@$interface"
  fi
  refuse_overlap "$1"
  if noted peer "$id"; then return; fi
  if [[ -e $file ]]; then
    fail "peer $id" "there is a configuration of this name already, and it is not annex's ($file)" 'choose another name, or move it away'
  fi
  note_begin peer "$id"
  note_path "$file"
  note_end
}

# A range has one peer: WireGuard would take it from the other one without a word, and the two sections would take it in turns.
refuse_overlap() {
  local interface=${DOC["$1/interface"]} id=$ID file shared
  for file in "$(interface_file "$interface")" "/etc/wireguard/$interface.d/"*.conf; do
    if [[ $file == "$(peer_file "$id")" ]]; then continue; fi
    shared=$(peer_values AllowedIPs "$file" | grep -xFf <(peer_text "$1" | peer_values AllowedIPs -) | tr '\n' ' ') || continue
    fail "peer $id" "another peer has ${shared% } already ($file)" 'choose another range, or take the other peer away first, in an update of its own'
  done
}

# The entry's file "set" has the peer in every form that may be live, also where a run was cut: all but the last is taken away.
converge_peer() {
  local interface=${DOC["$1/interface"]} id=$ID file entry text before=''
  file=$(peer_file "$id")
  entry=${ENTRY["peer $id"]}
  text=$(peer_text "$1")
  if [[ -e $file ]]; then before=$(<"$file"); fi
  printf '%s\n' "$text" >>"$entry/set"
  set_peer "$interface" "$1" "$before"
  printf '%s\n' "$text" | write_file "$file" 600
  doing 'configuration written'
  drop_peers "$interface" "$entry/set"
  peer_values AllowedIPs "$file" | missing_routes "$interface" | add_routes "$interface"
  printf '%s\n' "$text" | write_file "$entry/set" 600
}

# drop_peers <interface> <file> - of the peers in the file those that no configuration of the interface has, and likewise their routes.
drop_peers() {
  local wanted key
  wanted=("$(interface_file "$1")" "/etc/wireguard/$1.d/"*.conf)
  while read -r key; do
    run 'see wg show' wg set "$1" peer "$key" remove
  done < <(peer_values PublicKey "$2" | grep -vxFf <(peer_values PublicKey "${wanted[@]}") || true)
  live_routes "$1" | { grep -xFf <(peer_values AllowedIPs "$2") || true; } | { grep -vxFf <(peer_values AllowedIPs "${wanted[@]}") || true; } | drop_routes "$1"
}

remove_peer() {
  local interface=${2%%/*}
  restore_path "$1" "$(peer_file "$2")"
  if [[ -e $1/set ]] && interface_up "$interface"; then drop_peers "$interface" "$1/set"; fi
}
