# repository: name, uri, suite, components[] (none for a flat repository), key (armored PGP public key).

id_repository() {
  ID=${DOC["$1/name"]}
}

repository_sources() {
  printf '/etc/apt/sources.list.d/annex-%s.sources' "$1"
}

repository_keyring() {
  printf '/etc/apt/keyrings/annex-%s.asc' "$1"
}

repository_text() {
  printf 'Types: deb\nURIs: %s\nSuites: %s\n' "${DOC["$1/uri"]}" "${DOC["$1/suite"]}"
  doc_list "$1/components"
  if ((${#LIST[@]} > 0)); then printf 'Components: %s\n' "${LIST[*]}"; fi
  printf 'Signed-By: %s\n.' "$(repository_keyring "${DOC["$1/name"]}")"
}

look_repository() {
  local name=${DOC["$1/name"]} text
  text=$(repository_text "$1")
  if ! file_is "$(repository_sources "$name")" 644 "${text%.}"; then differs "source differs: ${DOC["$1/uri"]} ${DOC["$1/suite"]}"; fi
  if ! file_is "$(repository_keyring "$name")" 644 "${DOC["$1/key"]}"; then differs 'signing key differs'; fi
}

note_repository() {
  local name=${DOC["$1/name"]}
  if noted repository "$name"; then return; fi
  note_begin repository "$name"
  note_path "$(repository_sources "$name")"
  note_path "$(repository_keyring "$name")"
  note_end
}

converge_repository() {
  local name=${DOC["$1/name"]} text
  text=$(repository_text "$1")
  doc "$1/key" | write_file "$(repository_keyring "$name")" 644
  printf '%s' "${text%.}" | write_file "$(repository_sources "$name")" 644
  LISTS_STALE=yes
}

remove_repository() {
  restore_path "$1" "$(repository_sources "$2")"
  restore_path "$1" "$(repository_keyring "$2")"
}
