# interface: a WireGuard interface: name, address, listenPort?, mtu, peers[] of name, publicKey, endpoint?, allowedIps[],
# keepalive?; further peers have items and files of their own (kinds/peer.sh). wg-quick brings it up at boot, also in userland
# (wireguard-go) where the kernel has no WireGuard; changes are made to the running interface, so that no packet of an unchanged
# peer is lost.

# What starting wg-quick's unit makes systemd start as well.
readonly WG_QUICK_TARGETS=('system-wg\x2dquick.slice' network-online.target nss-lookup.target)

# At boot: the peers that have files of their own, and the routes to them. By bash, wg and ip alone: Ubuntu's AppArmor profile of
# wg-quick (since 25.04) lets it start little else.
# shellcheck disable=SC2016  # wg-quick's shell expands it
readonly PEERS_UP=(
  'for file in /etc/wireguard/%i.d/*.conf; do [[ ! -e $file ]] || wg addconf %i "$file"; done'
  'for file in /etc/wireguard/%i.d/*.conf; do [[ ! -e $file ]] || while read -r name _ ranges; do [[ $name != AllowedIPs ]] || for range in ${ranges//,/ }; do ip route replace $range dev %i; done; done <"$file"; done'
)

id_interface() {
  ID=${DOC["$1/name"]}
}

# The private key is in a file of its own (kinds/key.sh), which only this host reads.
interface_text() {
  local i n
  printf '[Interface]\nAddress = %s\nMTU = %s\n' "${DOC["$1/address"]}" "${DOC["$1/mtu"]}"
  if [[ -n ${DOC["$1/listenPort"]-} ]]; then printf 'ListenPort = %s\n' "${DOC["$1/listenPort"]}"; fi
  printf 'PostUp = %s\n' 'wg set %i private-key /etc/wireguard/%i.key' "${PEERS_UP[@]}"
  n=$(doc_count "$1/peers")
  for ((i = 0; i < n; i++)); do
    printf '\n# %s\n' "${DOC["$1/peers/$i/name"]}"
    peer_text "$1/peers/$i"
  done
  printf '.'
}

interface_mtu() {
  ip -o link show dev "$1" | sed -n 's/.* mtu \([0-9]*\).*/\1/p'
}

look_interface() {
  local name=${DOC["$1/name"]} text missing
  text=$(interface_text "$1")
  if ! file_is "$(interface_file "$name")" 600 "${text%.}"; then differs 'configuration differs'; fi
  unit_read "wg-quick@$name.service"
  if ! unit_enabled true; then differs 'not brought up at boot'; fi
  if ! interface_up "$name" || ! unit_running; then
    differs 'not up'
    return
  fi
  if [[ $(interface_mtu "$name") != "${DOC["$1/mtu"]}" ]]; then differs "MTU is $(interface_mtu "$name"), not ${DOC["$1/mtu"]}"; fi
  if [[ -n $(missing_addresses "$1")$(stale_addresses "$1") ]]; then differs "address is $(live_addresses "$name" | tr '\n' ' ')"; fi
  look_peers "$1"
  missing=$(wanted_routes "$1" | missing_routes "$name" | tr '\n' ' ')
  if [[ -n $missing ]]; then differs "no route to $missing"; fi
  if [[ -n $(stale_routes "$1") ]]; then differs "still routes $(stale_routes "$1" | tr '\n' ' ')"; fi
}

look_peers() {
  local name=${DOC["$1/name"]} dump i n key peer port
  if ! dump=$(wg show "$name" dump 2>/dev/null); then
    differs 'wg cannot read it'
    return
  fi
  if [[ $(cut -f 2 <<<"${dump%%$'\n'*}") != "$(wg pubkey <"/etc/wireguard/$name.key")" ]]; then differs 'runs with another key'; fi
  port=${DOC["$1/listenPort"]-}
  if [[ -n $port && $(cut -f 3 <<<"${dump%%$'\n'*}") != "$port" ]]; then differs "listens on $(cut -f 3 <<<"${dump%%$'\n'*}"), not $port"; fi
  n=$(doc_count "$1/peers")
  for ((i = 0; i < n; i++)); do
    key=${DOC["$1/peers/$i/publicKey"]}
    peer=$(live_peer "$name" "$key")
    if [[ -z $peer ]]; then
      differs "peer ${DOC["$1/peers/$i/name"]} is missing"
    elif ! peer_is "$1/peers/$i" "$peer"; then
      differs "peer ${DOC["$1/peers/$i/name"]} differs"
    fi
  done
  while IFS=$'\t' read -r key _; do
    if [[ -n $key ]] && ! wanted_peer "$1" "$key"; then differs "peer $key is no longer wanted"; fi
  done < <(tail -n +2 <<<"$dump")
}

live_addresses() {
  ip -o address show dev "$1" scope global | awk '{ print $4 }'
}

missing_addresses() {
  live_addresses "${DOC["$1/name"]}" | grep -xF "${DOC["$1/address"]}" >/dev/null || printf '%s\n' "${DOC["$1/address"]}"
}

stale_addresses() {
  live_addresses "${DOC["$1/name"]}" | grep -vxF "${DOC["$1/address"]}" || true
}

# The ranges that need a route of their own; the interface's own range has one from the kernel.
wanted_routes() {
  local i n
  n=$(doc_count "$1/peers")
  for ((i = 0; i < n; i++)); do
    doc_list "$1/peers/$i/allowedIps"
    if ((${#LIST[@]} > 0)); then printf '%s\n' "${LIST[@]}"; fi
  done | sort -u
}

stale_routes() {
  local name=${DOC["$1/name"]}
  live_routes "$name" | grep -vxFf <(wanted_routes "$1" && peer_values AllowedIPs "/etc/wireguard/$name.d/"*.conf) || true
}

note_interface() {
  local name=${DOC["$1/name"]} file
  file=$(interface_file "$name")
  if noted interface "$name"; then return; fi
  if interface_up "$name" || [[ -e $file ]]; then
    fail "interface $name" "there is an interface or a configuration of this name already, and it is not annex's ($file)" \
      'choose another name, or take it away: systemctl disable --now '"wg-quick@$name"
  fi
  if [[ ! -s /etc/wireguard/$name.key ]]; then
    fail "interface $name" "its key /etc/wireguard/$name.key is not there" 'make it first: a document with an item of the kind key'
  fi
  note_begin interface "$name"
  note_path "$file"
  note_stopped "${WG_QUICK_TARGETS[@]}"
  note_end
}

converge_interface() {
  local name=${DOC["$1/name"]} text before=''
  if [[ -e $(interface_file "$name") ]]; then before=$(<"$(interface_file "$name")"); fi
  text=$(interface_text "$1")
  if interface_up "$name"; then change_live "$1" "$before"; fi
  printf '%s' "${text%.}" | write_file "$(interface_file "$name")" 600
  doing 'configuration written'
  enable_unit "wg-quick@$name.service"
  unit_read "wg-quick@$name.service"
  if ! interface_up "$name" || ! unit_running; then
    clear_half_up "$name"
    run "see journalctl -u wg-quick@$name" systemctl restart "wg-quick@$name.service"
    doing 'up'
  fi
}

# A wg-quick that was killed leaves an interface without its unit, which was read just now; restart would trip over it.
clear_half_up() {
  if ! unit_running && interface_up "$1"; then take_down "$1"; fi
  if ! interface_up "$1"; then run "see journalctl -u wg-quick@$1" systemctl stop "wg-quick@$1.service"; fi
  systemctl reset-failed "wg-quick@$1.service" 2>/dev/null || true
}

# add_addresses <pointer>
add_addresses() {
  local address
  while read -r address; do
    if [[ -n $address ]]; then run 'see ip address' ip address add "$address" dev "${DOC["$1/name"]}"; fi
  done < <(missing_addresses "$1")
}

# change_live <pointer> <configuration so far>. Peers are set one by one: wg syncconf would want the private key.
change_live() {
  local name=${DOC["$1/name"]} i n address key
  run 'see wg show' wg set "$name" private-key "/etc/wireguard/$name.key"
  if [[ -n ${DOC["$1/listenPort"]-} && $(wg show "$name" listen-port) != "${DOC["$1/listenPort"]}" ]]; then
    run 'choose a port that is free' wg set "$name" listen-port "${DOC["$1/listenPort"]}"
  fi
  run 'see ip link' ip link set dev "$name" mtu "${DOC["$1/mtu"]}"
  add_addresses "$1"
  while read -r address; do
    if [[ -n $address ]]; then run 'see ip address' ip address delete "$address" dev "$name"; fi
  done < <(stale_addresses "$1")
  # With the first address of a range go all others of it (promote_secondaries is off by default).
  add_addresses "$1"
  wg show "$name" peers | while read -r key; do
    if ! wanted_peer "$1" "$key"; then run 'see wg show' wg set "$name" peer "$key" remove; fi
  done
  n=$(doc_count "$1/peers")
  for ((i = 0; i < n; i++)); do set_peer "$name" "$1/peers/$i" "$2"; done
  wanted_routes "$1" | missing_routes "$name" | add_routes "$name"
  stale_routes "$1" | drop_routes "$name"
}

# wanted_peer <pointer> <public key> - by this item, or by a file of its own.
wanted_peer() {
  local i n
  n=$(doc_count "$1/peers")
  for ((i = 0; i < n; i++)); do
    if [[ ${DOC["$1/peers/$i/publicKey"]} == "$2" ]]; then return 0; fi
  done
  peer_values PublicKey "/etc/wireguard/${DOC["$1/name"]}.d/"*.conf | grep -xF "$2" >/dev/null
}

# The userland process ends when its socket goes.
take_down() {
  rm -f "/run/wireguard/$1.sock"
  ip link delete dev "$1" 2>/dev/null || true
}

remove_interface() {
  unit_read "wg-quick@$2.service"
  if unit_known; then
    systemctl --quiet disable "wg-quick@$2.service" || true
    systemctl stop "wg-quick@$2.service" || true
    systemctl reset-failed "wg-quick@$2.service" 2>/dev/null || true
  fi
  if interface_up "$2"; then take_down "$2"; fi
  stop_again "$1"
  rmdir --ignore-fail-on-non-empty /run/wireguard 2>/dev/null || true
  restore_path "$1" "$(interface_file "$2")"
}
