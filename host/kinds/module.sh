# module: a kernel module: name; loaded now and at boot. One built into the kernel counts as loaded.

id_module() {
  ID=${DOC["$1/name"]}
}

module_file() {
  printf '/etc/modules-load.d/annex-%s.conf' "$1"
}

look_module() {
  local name=${DOC["$1/name"]}
  if ! module_loaded "$name"; then
    if module_available "$name"; then differs 'not loaded'; else differs 'this kernel does not have it'; fi
  fi
  if ! file_is "$(module_file "$name")" 644 "$name"$'\n'; then differs 'not loaded at boot'; fi
}

note_module() {
  local name=${DOC["$1/name"]}
  if noted module "$name"; then return; fi
  if ! module_available "$name"; then
    fail "module $name" "the kernel $(uname -r) does not have it: neither loaded, nor built in, nor in /lib/modules" \
      "use a kernel with it (Debian's and Ubuntu's own have it; a container-based VPS cannot load modules)"
  fi
  note_begin module "$name"
  if module_loaded "$name"; then : >"$NOTE/loaded"; fi
  note_path "$(module_file "$name")"
  note_end
}

converge_module() {
  local name=${DOC["$1/name"]}
  printf '%s\n' "$name" | write_file "$(module_file "$name")" 644
  if ! module_loaded "$name"; then run 'see dmesg' modprobe "$name"; fi
}

remove_module() {
  restore_path "$1" "$(module_file "$2")"
  # A module that something uses by now stays until the next boot.
  if [[ ! -e $1/loaded ]]; then modprobe -r -q "$2" 2>/dev/null || true; fi
}
