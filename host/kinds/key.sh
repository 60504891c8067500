# key: the WireGuard key pair of an interface, made here; the private key never leaves the host, not even this file system.

id_key() {
  ID=${DOC["$1/interface"]}
}

key_file() {
  printf '/etc/wireguard/%s.key' "$1"
}

look_key() {
  local file
  file=$(key_file "${DOC["$1/interface"]}")
  if ! key_is_sound "$file"; then
    differs 'there is no key yet'
  else
    if [[ $(stat -c '%a %u' "$file") != '600 0' ]]; then differs 'others may read the private key'; fi
    output publicKey "$(key_public "$file")"
  fi
}

key_is_sound() {
  [[ -s $1 ]] && type wg >/dev/null 2>&1 && wg pubkey <"$1" >/dev/null 2>&1
}

key_public() {
  if type wg >/dev/null 2>&1; then wg pubkey <"$1"; fi
}

note_key() {
  local name=${DOC["$1/interface"]}
  if noted key "$name"; then return; fi
  note_begin key "$name"
  note_path "$(key_file "$name")"
  note_end
}

converge_key() {
  local file
  file=$(key_file "${DOC["$1/interface"]}")
  if ! type wg >/dev/null 2>&1; then fail "key ${DOC["$1/interface"]}" 'the host has no wg' 'install the package wireguard-tools first'; fi
  if key_is_sound "$file"; then
    chown root:root "$file"
    chmod 600 "$file"
    return
  fi
  wg genkey | write_file "$file" 600
  chmod 700 /etc/wireguard
}

remove_key() {
  restore_path "$1" "$(key_file "$2")"
}
