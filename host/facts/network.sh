# Facts of the network: addresses, routes, what listens.

facts_network() {
  local interface address to via
  fact addresses a ''
  while read -r interface address; do
    fact addresses/+/interface s "$interface"
    fact addresses/-/address s "$address"
  done < <(ip -o address show scope global | awk '{ print $2, $4 }')
  fact routes a ''
  # -o: one with several next hops has a line of its own for each of them otherwise.
  while read -r to interface via; do
    fact routes/+/to s "$to"
    fact routes/-/interface s "$interface"
    if [[ -n $via ]]; then fact routes/-/via s "$via"; fi
  done < <({ ip -o -4 route show && ip -o -6 route show; } | awk '
    $1 ~ /^(blackhole|unreachable|prohibit|throw)$/ { print $2, "-"; next }
    { dev = "-"; via = ""; for (i = 2; i < NF; i++) { if ($i == "dev") dev = $(i + 1); if ($i == "via") via = $(i + 1) } print $1, dev, via }')
  interface=$(ip -4 -o route show default | sed -n '1s/.* dev \([^ ]*\).*/\1/p')
  if [[ -e /sys/class/net/$interface/mtu ]]; then
    fact uplink/interface s "$interface"
    fact uplink/mtu n "$(<"/sys/class/net/$interface/mtu")"
  fi
  facts_listening
}

# Of what listens, the ports that a worker or a tunnel wants, and those of sshd. The process is the first that ss names.
facts_listening() {
  local protocol where process
  fact listening a ''
  while read -r protocol where process; do
    fact listening/+/protocol s "$protocol"
    fact listening/-/port n "${where##*:}"
    fact listening/-/process s "$process"
  done < <(ss -Hlntup | awk '{ name = ""; if (match($0, /\(\("[^"]*"/)) name = substr($0, RSTART + 3, RLENGTH - 4)
    if (!seen[$1, $5, name]++) print $1, $5, name }' | sort -u)
}
