# What a look tells of firewalls that are not annex's.

facts_firewalls() {
  list_fact firewalls s < <(other_firewalls)
  facts_closed_chains
  list_fact dialLimits s < <(dial_limits)
}

# Programs with rules of their own, which close what annex's table opens.
other_firewalls() {
  if grep -qs '^ENABLED=yes' /etc/ufw/ufw.conf; then echo ufw; fi
  if systemctl --quiet is-active firewalld.service 2>/dev/null; then echo firewalld; fi
}

# Chains that somebody closes for what comes in or is passed on: what closes each, and the interfaces that it lets through before ("*" stands for any ending).
facts_closed_chains() {
  local program chain hook closes opens
  fact closedChains a ''
  while IFS=$'\t' read -r program chain hook closes opens; do
    fact closedChains/+/program s "$program"
    fact closedChains/-/chain s "$chain"
    fact closedChains/-/hook s "$hook"
    fact closedChains/-/closes s "$closes"
    list_fact closedChains/-/opens s < <(grep -o '[^ ]*' <<<"$opens" || true)
  done < <(closed_by_iptables && closed_by_nft)
}

# Of all tables that are in use: naming one would load it.
closed_by_iptables() {
  { iptables-save 2>/dev/null || true; } | awk '
    /^\*/ { filter = $0 == "*filter" }
    !filter { next }
    /^:(INPUT|FORWARD) DROP / { name = substr($1, 2); policy[name] = "policy DROP" }
    /^-A (INPUT|FORWARD) / {
      name = $2
      rule = substr($0, length(name) + 5)
      gsub(/-m comment --comment ("[^"]*"|[^ ]+) /, "", rule)
      if (name in ends) next
      if (rule ~ /^-j (DROP|REJECT)( --reject-with [^ ]+)?$/) ends[name] = rule
      else if (rule ~ /^(-i [^ ]+ )?-j ACCEPT$/) opens[name] = opens[name] " " (rule ~ /^-i/ ? substr(rule, 4, length(rule) - 13) : "+")
    }
    END {
      n = split("INPUT FORWARD", names, " ")
      for (i = 1; i <= n; i++) {
        name = names[i]
        gsub(/[+]/, "*", opens[name])
        if (name in ends || name in policy) print "iptables\t" name "\t" tolower(name) "\t" (name in ends ? ends[name] : policy[name]) "\t" opens[name]
      }
    }'
}

# Rules of iptables (ufw limit makes such) by which a port can be dialled so and so often only.
dial_limits() {
  { iptables-save 2>/dev/null || true; } | grep -e '--dport [0-9]* .*-m \(recent\|hashlimit\|connlimit\) ' | grep -v -e ' --set ' -e ' -j LOG' || true
}

# What iptables has made is told by iptables; IPv6 is not the tunnel's.
closed_by_nft() {
  local family table chain hook
  if ! type nft >/dev/null 2>&1; then return; fi
  while read -r family table chain hook; do
    if [[ $family == ip && $table == filter ]] && type iptables-save >/dev/null 2>&1; then continue; fi
    nft list chain "$family" "$table" "$chain" 2>/dev/null | awk -v "chain=$family $table $chain" -v "hook=$hook" '
      { sub(/^[ \t]+/, ""); sub(/ comment ".*"$/, ""); sub(/counter packets [0-9]+ bytes [0-9]+ /, "") }
      /^type filter hook .*policy drop;/ { closes = "policy drop" }
      ended { next }
      /^(drop|reject( with .*)?)$/ { closes = $0; ended = 1 }
      /^iif(name)? .* accept$/ { gsub(/^iif(name)? | accept$|[{},"]/, ""); opens = opens " " $0 }
      /^accept$/ { opens = opens " *" }
      END { if (closes) print "nft\t" chain "\t" hook "\t" closes "\t" opens }' || true
  done < <(nft list chains 2>/dev/null | awk '
    $1 == "table" { family = $2; table = $3 }
    $1 == "chain" { chain = $2 }
    /type filter hook (input|forward) / && (family == "inet" || family == "ip") && table != "annex" { print family, table, chain, $4 }')
}
