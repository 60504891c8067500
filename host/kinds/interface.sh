# interface: a WireGuard interface: name, address, listenPort?, mtu, peers[] of name, publicKey, endpoint?, allowedIps[],
# keepalive?. wg-quick brings it up at boot, also in userland (wireguard-go) where the kernel has no WireGuard; changes are
# made to the running interface, so that no packet of an unchanged peer is lost.

# What starting wg-quick's unit makes systemd start as well.
readonly WG_QUICK_TARGETS=('system-wg\x2dquick.slice' network-online.target nss-lookup.target)

id_interface() {
  ID=${DOC["$1/name"]}
}

interface_file() {
  printf '/etc/wireguard/%s.conf' "$1"
}

# The private key is in a file of its own (kinds/key.sh), which only this host reads.
interface_text() {
  local i n
  printf '[Interface]\nAddress = %s\nMTU = %s\n' "${DOC["$1/address"]}" "${DOC["$1/mtu"]}"
  if [[ -n ${DOC["$1/listenPort"]-} ]]; then printf 'ListenPort = %s\n' "${DOC["$1/listenPort"]}"; fi
  printf 'PostUp = wg set %%i private-key /etc/wireguard/%%i.key\n'
  n=$(doc_count "$1/peers")
  for ((i = 0; i < n; i++)); do
    doc_list "$1/peers/$i/allowedIps"
    printf '\n# %s\n[Peer]\nPublicKey = %s\n' "${DOC["$1/peers/$i/name"]}" "${DOC["$1/peers/$i/publicKey"]}"
    if ((${#LIST[@]} > 0)); then printf 'AllowedIPs = %s\n' "$(join_with ', ' "${LIST[@]}")"; fi
    if [[ -n ${DOC["$1/peers/$i/endpoint"]-} ]]; then printf 'Endpoint = %s\n' "${DOC["$1/peers/$i/endpoint"]}"; fi
    if [[ -n ${DOC["$1/peers/$i/keepalive"]-} ]]; then printf 'PersistentKeepalive = %s\n' "${DOC["$1/peers/$i/keepalive"]}"; fi
  done
  printf '.'
}

interface_up() {
  ip link show dev "$1" >/dev/null 2>&1
}

interface_mtu() {
  ip -o link show dev "$1" | sed -n 's/.* mtu \([0-9]*\).*/\1/p'
}

look_interface() {
  local name=${DOC["$1/name"]} text
  text=$(interface_text "$1")
  if ! file_is "$(interface_file "$name")" 600 "${text%.}"; then differs 'configuration differs'; fi
  if [[ $(unit_enabled "wg-quick@$name.service" true) != true ]]; then differs 'not brought up at boot'; fi
  if ! interface_up "$name" || [[ $(unit_running "wg-quick@$name.service") != true ]]; then
    differs 'not up'
    return
  fi
  if [[ $(interface_mtu "$name") != "${DOC["$1/mtu"]}" ]]; then differs "MTU is $(interface_mtu "$name"), not ${DOC["$1/mtu"]}"; fi
  if [[ -n $(missing_addresses "$1")$(stale_addresses "$1") ]]; then differs "address is $(live_addresses "$name" | tr '\n' ' ')"; fi
  look_peers "$1"
  if [[ -n $(missing_routes "$1") ]]; then differs "no route to $(missing_routes "$1" | tr '\n' ' ')"; fi
  if [[ -n $(stale_routes "$1") ]]; then differs "still routes $(stale_routes "$1" | tr '\n' ' ')"; fi
}

# What wg shows: a line for the interface, then one per peer.
look_peers() {
  local name=${DOC["$1/name"]} dump i n key peer port
  dump=$(wg show "$name" dump)
  if [[ $(cut -f 2 <<<"${dump%%$'\n'*}") != "$(wg pubkey <"/etc/wireguard/$name.key")" ]]; then differs 'runs with another key'; fi
  port=${DOC["$1/listenPort"]-}
  if [[ -n $port && $(cut -f 3 <<<"${dump%%$'\n'*}") != "$port" ]]; then differs "listens on $(cut -f 3 <<<"${dump%%$'\n'*}"), not $port"; fi
  declare -A wanted=()
  n=$(doc_count "$1/peers")
  for ((i = 0; i < n; i++)); do
    key=${DOC["$1/peers/$i/publicKey"]}
    wanted["$key"]=yes
    peer=$(grep -F "$key" <<<"$(tail -n +2 <<<"$dump")") || true
    if [[ -z $peer ]]; then
      differs "peer ${DOC["$1/peers/$i/name"]} is missing"
    elif ! peer_is "$1/peers/$i" "$peer"; then
      differs "peer ${DOC["$1/peers/$i/name"]} differs"
    fi
  done
  while IFS=$'\t' read -r key _; do
    if [[ -n $key && -z ${wanted["$key"]-} ]]; then differs "peer $key is no longer wanted"; fi
  done < <(tail -n +2 <<<"$dump")
}

# peer_is <pointer> <line of the dump>. A live endpoint may be another one: peers roam.
peer_is() {
  local allowed keepalive
  allowed=$(cut -f 4 <<<"$2")
  keepalive=$(cut -f 8 <<<"$2")
  doc_list "$1/allowedIps"
  [[ $(sorted ${LIST[@]+"${LIST[@]}"}) == "$(sorted_words "${allowed/(none)/}")" ]] || return 1
  [[ $keepalive == "${DOC["$1/keepalive"]-off}" ]] || return 1
  [[ -z ${DOC["$1/endpoint"]-} || $(cut -f 3 <<<"$2") != '(none)' ]]
}

sorted() {
  printf '%s\n' "$@" | sort
}

sorted_words() {
  local words
  IFS=', ' read -r -a words <<<"$1"
  sorted ${words[@]+"${words[@]}"}
}

join_with() {
  local separator=$1 all
  shift
  printf -v all "%s$separator" "$@"
  printf '%s' "${all%"$separator"}"
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

live_routes() {
  { ip -4 route show dev "$1" && ip -6 route show dev "$1"; } | awk '/proto kernel/ { next } { print ($1 ~ /\//) ? $1 : $1 ($1 ~ /:/ ? "/128" : "/32") }'
}

# wg-quick leaves out what another route of the interface covers, so the kernel is asked where the range would go.
missing_routes() {
  local range
  while read -r range; do
    if [[ -z $range ]]; then continue; fi
    if live_routes "${DOC["$1/name"]}" | grep -xF "$range" >/dev/null; then continue; fi
    if [[ $(ip route get "${range%/*}" 2>/dev/null | head -n 1) == *" dev ${DOC["$1/name"]} "* ]]; then continue; fi
    printf '%s\n' "$range"
  done < <(wanted_routes "$1")
}

stale_routes() {
  live_routes "${DOC["$1/name"]}" | grep -vxFf <(wanted_routes "$1") || true
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
  if ! interface_up "$name" || [[ $(unit_running "wg-quick@$name.service") != true ]]; then
    clear_half_up "$name"
    run "see journalctl -u wg-quick@$name" systemctl restart "wg-quick@$name.service"
    doing 'up'
  fi
}

# A wg-quick that was killed leaves an interface without its unit; restart would trip over it.
clear_half_up() {
  if [[ $(unit_running "wg-quick@$1.service") != true ]] && interface_up "$1"; then take_down "$1"; fi
  if ! interface_up "$1"; then run "see journalctl -u wg-quick@$1" systemctl stop "wg-quick@$1.service"; fi
  systemctl reset-failed "wg-quick@$1.service" 2>/dev/null || true
}

# change_live <pointer> <configuration so far>. Peers are set one by one: wg syncconf would want the private key.
change_live() {
  local name=${DOC["$1/name"]} i n address range key
  run 'see wg show' wg set "$name" private-key "/etc/wireguard/$name.key"
  if [[ -n ${DOC["$1/listenPort"]-} && $(wg show "$name" listen-port) != "${DOC["$1/listenPort"]}" ]]; then
    run 'choose a port that is free' wg set "$name" listen-port "${DOC["$1/listenPort"]}"
  fi
  run 'see ip link' ip link set dev "$name" mtu "${DOC["$1/mtu"]}"
  while read -r address; do
    if [[ -n $address ]]; then run 'see ip address' ip address add "$address" dev "$name"; fi
  done < <(missing_addresses "$1")
  while read -r address; do
    if [[ -n $address ]]; then run 'see ip address' ip address delete "$address" dev "$name"; fi
  done < <(stale_addresses "$1")
  wg show "$name" peers | while read -r key; do
    if ! wanted_peer "$1" "$key"; then run 'see wg show' wg set "$name" peer "$key" remove; fi
  done
  n=$(doc_count "$1/peers")
  for ((i = 0; i < n; i++)); do set_peer "$name" "$1/peers/$i" "$2"; done
  while read -r range; do
    if [[ -n $range ]]; then run 'see ip route' ip route replace "$range" dev "$name"; fi
  done < <(missing_routes "$1")
  while read -r range; do
    if [[ -n $range ]]; then run 'see ip route' ip route delete "$range" dev "$name"; fi
  done < <(stale_routes "$1")
}

wanted_peer() {
  local i n
  n=$(doc_count "$1/peers")
  for ((i = 0; i < n; i++)); do
    if [[ ${DOC["$1/peers/$i/publicKey"]} == "$2" ]]; then return 0; fi
  done
  return 1
}

# set_peer <interface> <pointer> <configuration so far>. An endpoint that was not changed is left alone: the live one may
# be where the peer has roamed to.
set_peer() {
  local arguments=() key=${DOC["$2/publicKey"]} endpoint=${DOC["$2/endpoint"]-}
  doc_list "$2/allowedIps"
  arguments=(allowed-ips "$(join_with , ${LIST[@]+"${LIST[@]}"})" persistent-keepalive "${DOC["$2/keepalive"]-off}")
  if [[ -n $endpoint ]] && ! { grep -qxF "Endpoint = $endpoint" <<<"$3" && wg show "$1" endpoints | grep -F "$key" | grep -v "(none)" >/dev/null; }; then
    arguments+=(endpoint "$endpoint")
  fi
  run 'see that the endpoint can be resolved' wg set "$1" peer "$key" "${arguments[@]}"
}

# The userland process ends when its socket goes.
take_down() {
  rm -f "/run/wireguard/$1.sock"
  ip link delete dev "$1" 2>/dev/null || true
}

remove_interface() {
  if [[ $(unit_property "wg-quick@$2.service" LoadState) != not-found ]]; then
    systemctl --quiet disable "wg-quick@$2.service" || true
    systemctl stop "wg-quick@$2.service" || true
    systemctl reset-failed "wg-quick@$2.service" 2>/dev/null || true
  fi
  if interface_up "$2"; then take_down "$2"; fi
  stop_again "$1"
  rmdir --ignore-fail-on-non-empty /run/wireguard 2>/dev/null || true
  restore_path "$1" "$(interface_file "$2")"
}
