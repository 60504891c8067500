# unit: a systemd unit: name, content? (written to /etc/systemd/system), enabled, running.

id_unit() {
  ID=${DOC["$1/name"]}
}

unit_path() {
  printf '/etc/systemd/system/%s' "$1"
}

unit_property() {
  systemctl show --property="$2" --value -- "$1"
}

# enabled or disabled; a static or generated unit has nothing to enable, so it counts as what is wanted.
unit_enabled() {
  case $(unit_property "$1" UnitFileState) in
    enabled | enabled-runtime | alias) printf true ;;
    static | indirect | generated | transient) printf '%s' "$2" ;;
    *) printf false ;;
  esac
}

# activating counts: kubelet starts again and again until its node has joined.
unit_running() {
  case $(unit_property "$1" ActiveState) in
    active | activating | reloading) printf true ;;
    *) printf false ;;
  esac
}

# enable_unit <unit> - and systemd reads its file: enable and disable end with a daemon-reload, which takes long enough not to be asked for twice.
enable_unit() {
  run "see systemctl status $1" systemctl --quiet enable "$1"
}

look_unit() {
  local name=${DOC["$1/name"]} enabled=${DOC["$1/enabled"]} running=${DOC["$1/running"]}
  if [[ -n ${DOC["$1/content"]+set} ]] && ! file_is "$(unit_path "$name")" 644 "${DOC["$1/content"]}"; then
    if [[ -e $(unit_path "$name") ]]; then differs 'content differs'; else differs 'does not exist'; fi
  fi
  if marked unit "$name" restart; then differs 'still to be restarted'; fi
  if [[ $(unit_property "$name" NeedDaemonReload) == yes ]]; then differs 'systemd has not read its file yet'; fi
  if [[ $(unit_enabled "$name" "$enabled") != "$enabled" ]]; then
    if [[ $enabled == true ]]; then differs 'not enabled'; else differs 'enabled'; fi
  fi
  if [[ $(unit_running "$name") != "$running" ]]; then
    if [[ $running == true ]]; then differs "not running ($(unit_property "$name" ActiveState))"; else differs 'running'; fi
  fi
}

note_unit() {
  local name=${DOC["$1/name"]}
  if noted unit "$name"; then return; fi
  if [[ -z ${DOC["$1/content"]+set} && $(unit_property "$name" LoadState) == not-found ]]; then
    fail "unit $name" 'there is no such unit on this host' 'install the package that brings it, or give its content'
  fi
  note_begin unit "$name"
  unit_enabled "$name" true >"$NOTE/enabled"
  unit_running "$name" >"$NOTE/running"
  note_path "$(unit_path "$name")"
  note_end
}

converge_unit() {
  local name=${DOC["$1/name"]} path
  path=$(unit_path "$name")
  if [[ -n ${DOC["$1/content"]+set} ]] && ! file_is "$path" 644 "${DOC["$1/content"]}"; then
    mark unit "$name" restart
    doc "$1/content" | write_file "$path" 644
    doing 'written'
  fi
  if [[ ${DOC["$1/enabled"]} == true ]]; then
    enable_unit "$name"
  else
    run "see systemctl status $name" systemctl --quiet disable "$name"
  fi
  if [[ ${DOC["$1/running"]} == false ]]; then
    run "see systemctl status $name" systemctl stop "$name"
  elif marked unit "$name" restart; then
    run "see journalctl -u $name" systemctl restart "$name"
    doing 'restarted'
  else
    run "see journalctl -u $name" systemctl start "$name"
  fi
  unmark unit "$name" restart
}

remove_unit() {
  local path
  path=$(unit_path "$2")
  if [[ $(unit_property "$2" LoadState) != not-found ]]; then
    if [[ $(entry_field "$1" running) == false ]]; then systemctl --quiet stop "$2" || true; fi
    if [[ $(entry_field "$1" enabled) == false ]]; then systemctl --quiet disable "$2" || true; fi
  fi
  restore_path "$1" "$path"
  systemctl daemon-reload
  systemctl reset-failed "$2" 2>/dev/null || true
  if [[ $(unit_property "$2" LoadState) == not-found ]]; then return; fi
  if [[ $(entry_field "$1" enabled) == true ]]; then run "see systemctl status $2" systemctl --quiet enable "$2"; fi
  if [[ $(entry_field "$1" running) == true ]]; then run "see journalctl -u $2" systemctl start "$2"; fi
}

# note_stopped <unit...> - into the open entry: those that do not run, which a change is about to start along the way.
note_stopped() {
  local unit
  for unit in "$@"; do
    if [[ $(unit_running "$unit") == false ]]; then printf '%s\n' "$unit"; fi
  done >"$NOTE/stopped"
}

# stop_again <entry>
stop_again() {
  local stopped
  mapfile -t stopped <"$1/stopped"
  if ((${#stopped[@]} > 0)); then systemctl stop "${stopped[@]}" 2>/dev/null || true; fi
}
