# firewall: an nftables table of the family inet: table, content (what stands between its braces). Loaded now and at boot by a
# unit of its own; nobody else's rules are touched.

id_firewall() {
  ID=${DOC["$1/table"]}
}

firewall_file() {
  printf '/etc/annex/firewall/%s.nft' "$1"
}

firewall_unit() {
  printf 'annex-firewall-%s.service' "$1"
}

# Declaring the table before deleting it makes the whole a replacement in one transaction, whether it is there or not.
firewall_text() {
  local table=${DOC["$1/table"]}
  printf 'table inet %s\ndelete table inet %s\ntable inet %s {\n%s\n}\n' "$table" "$table" "$table" "${DOC["$1/content"]}"
}

# Debian's nftables.service flushes all tables when it is started, stopped, reloaded or upgraded, this one too: it loads it again at the
# end (ExecStopPost also after a start that failed).
firewall_dropin() {
  printf '/etc/systemd/system/nftables.service.d/annex-%s.conf' "$1"
}

firewall_dropin_text() {
  cat <<TEXT
[Service]
ExecStartPost=-/usr/sbin/nft -f $(firewall_file "$1")
ExecReload=-/usr/sbin/nft -f $(firewall_file "$1")
ExecStopPost=-/usr/sbin/nft -f $(firewall_file "$1")
TEXT
}

firewall_unit_text() {
  cat <<TEXT
[Unit]
Description=annex firewall table $1
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
After=local-fs.target systemd-modules-load.service nftables.service
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f $(firewall_file "$1")
ExecReload=/usr/sbin/nft -f $(firewall_file "$1")
ExecStop=-/usr/sbin/nft delete table inet $1

[Install]
WantedBy=sysinit.target
TEXT
}

look_firewall() {
  local table=${DOC["$1/table"]}
  if ! file_is "$(firewall_file "$table")" 600 "$(firewall_text "$1")"$'\n'; then differs 'rules differ'; fi
  if ! file_is "$(unit_path "$(firewall_unit "$table")")" 644 "$(firewall_unit_text "$table")"$'\n'; then differs 'its unit differs'; fi
  if ! file_is "$(firewall_dropin "$table")" 644 "$(firewall_dropin_text "$table")"$'\n'; then differs 'not loaded again by nftables.service'; fi
  unit_read "$(firewall_unit "$table")"
  if ! unit_enabled true; then differs 'not loaded at boot'; fi
  if ! type nft >/dev/null 2>&1; then
    differs 'the host has no nft'
  elif ! unit_running || ! nft list table inet "$table" >/dev/null 2>&1; then
    differs 'not loaded'
  elif ((${#DIFFS[@]} == 0)) && [[ $(nft -s list table inet "$table") != "$(firewall_loaded_elsewhere "$table")" ]]; then
    differs 'the loaded rules are others'
  fi
}

# How nft shows the rules, seen in a network namespace that nobody lives in.
firewall_loaded_elsewhere() {
  # shellcheck disable=SC2016
  unshare --net sh -c 'nft -f "$1" && nft -s list table inet "$2"' sh "$(firewall_file "$1")" "$1"
}

note_firewall() {
  local table=${DOC["$1/table"]}
  if noted firewall "$table"; then return; fi
  if ! type nft >/dev/null 2>&1; then fail "firewall $table" 'the host has no nft' 'install the package nftables first'; fi
  if nft list table inet "$table" >/dev/null 2>&1; then
    fail "firewall $table" "there is an nftables table inet $table already, and it is not annex's" 'choose another name'
  fi
  note_begin firewall "$table"
  note_stopped network-pre.target
  note_path "$(firewall_file "$table")"
  note_path "$(unit_path "$(firewall_unit "$table")")"
  note_path "$(firewall_dropin "$table")"
  note_end
}

converge_firewall() {
  local table=${DOC["$1/table"]} unit rejected
  unit=$(firewall_unit "$table")
  rejected=$(firewall_text "$1" | nft -c -f - 2>&1) || fail "firewall $table" "nft does not take the rules: $(head -n 5 <<<"$rejected")" "correct the document's content"
  printf '%s\n' "$(firewall_text "$1")" | write_file "$(firewall_file "$table")" 600
  printf '%s\n' "$(firewall_unit_text "$table")" | write_file "$(unit_path "$unit")" 644
  printf '%s\n' "$(firewall_dropin_text "$table")" | write_file "$(firewall_dropin "$table")" 644
  enable_unit "$unit"
  # Not restart: between its stop and its start the host would be open.
  run "see journalctl -u $unit" systemctl reload-or-restart "$unit"
  doing 'loaded'
}

remove_firewall() {
  local unit
  unit=$(firewall_unit "$2")
  unit_read "$unit"
  if unit_known; then
    systemctl --quiet disable "$unit" || true
    systemctl stop "$unit" || true
  fi
  stop_again "$1"
  restore_path "$1" "$(unit_path "$unit")"
  restore_path "$1" "$(firewall_dropin "$2")"
  # Where its folder was not noted: the file is younger than the entry.
  rmdir --ignore-fail-on-non-empty "$(dirname "$(firewall_dropin "$2")")" 2>/dev/null || true
  restore_path "$1" "$(firewall_file "$2")"
  systemctl daemon-reload
  systemctl reset-failed "$unit" 2>/dev/null || true
  if type nft >/dev/null 2>&1; then nft delete table inet "$2" 2>/dev/null || true; fi
}
