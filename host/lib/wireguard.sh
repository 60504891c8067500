# What the kinds interface, peer and join share: a peer as text and as wg shows it, and the routes of its ranges.

interface_file() {
  printf '/etc/wireguard/%s.conf' "$1"
}

interface_up() {
  ip link show dev "$1" >/dev/null 2>&1
}

# peer_text <pointer> - as in wg's configuration files.
peer_text() {
  doc_list "$1/allowedIps"
  printf '[Peer]\nPublicKey = %s\n' "${DOC["$1/publicKey"]}"
  if ((${#LIST[@]} > 0)); then printf 'AllowedIPs = %s\n' "$(join_with ', ' "${LIST[@]}")"; fi
  if [[ -n ${DOC["$1/endpoint"]-} ]]; then printf 'Endpoint = %s\n' "${DOC["$1/endpoint"]}"; fi
  if [[ -n ${DOC["$1/keepalive"]-} ]]; then printf 'PersistentKeepalive = %s\n' "${DOC["$1/keepalive"]}"; fi
}

# peer_values <PublicKey|AllowedIPs> <file...> - what these files say of their peers, one a line; a file that is not there says nothing.
peer_values() {
  local field=$1
  shift
  { cat -- "$@" 2>/dev/null || true; } | sed -n "s/^$field = //p" | tr -d ' ' | tr , '\n'
}

# live_peer <interface> <public key> - its line in wg's dump, which begins with a line for the interface; empty when it is not there.
live_peer() {
  wg show "$1" dump | tail -n +2 | grep -F "$2" || true
}

# silent_peers <interface> - the endpoints of a WireGuard interface with which there was no handshake, where there was none with any.
silent_peers() {
  { wg show "$1" dump 2>/dev/null || true; } | awk '
    NR > 1 && $5 != 0 { met = 1 }
    NR > 1 && $3 != "(none)" { all = all sep $3; sep = ", " }
    END { if (!met) printf "%s", all }'
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

live_routes() {
  { ip -4 route show dev "$1" && ip -6 route show dev "$1"; } | awk '/proto kernel/ { next } { print ($1 ~ /\//) ? $1 : $1 ($1 ~ /:/ ? "/128" : "/32") }'
}

# missing_routes <interface> - of the ranges on stdin. wg-quick leaves out what another route of the interface covers, so the
# kernel is asked where the range would go.
missing_routes() {
  local range
  while read -r range; do
    if [[ -z $range ]]; then continue; fi
    if live_routes "$1" | grep -xF "$range" >/dev/null; then continue; fi
    if [[ $(ip route get "${range%/*}" 2>/dev/null | head -n 1) == *" dev $1 "* ]]; then continue; fi
    printf '%s\n' "$range"
  done
}

# add_routes/drop_routes <interface> - those on stdin.
add_routes() {
  local range
  while read -r range; do
    if [[ -n $range ]]; then run 'see ip route' ip route replace "$range" dev "$1"; fi
  done
}

drop_routes() {
  local range
  while read -r range; do
    if [[ -n $range ]]; then run 'see ip route' ip route delete "$range" dev "$1"; fi
  done
}
