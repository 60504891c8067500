# unit: a systemd unit: name, content? (written to /etc/systemd/system), enabled, running.

id_unit() {
  ID=${DOC["$1/name"]}
}

unit_path() {
  printf '/etc/systemd/system/%s' "$1"
}

look_unit() {
  local name=${DOC["$1/name"]} enabled=${DOC["$1/enabled"]} running=${DOC["$1/running"]}
  if [[ -n ${DOC["$1/content"]+set} ]] && ! file_is "$(unit_path "$name")" 644 "${DOC["$1/content"]}"; then
    if [[ -e $(unit_path "$name") ]]; then differs 'content differs'; else differs 'does not exist'; fi
  fi
  if marked unit "$name" restart; then differs 'still to be restarted'; fi
  unit_read "$name"
  if [[ ${UNIT[NeedDaemonReload]-} == yes ]]; then differs 'systemd has not read its file yet'; fi
  if unit_enabled "$enabled"; then
    if [[ $enabled == false ]]; then differs 'enabled'; fi
  elif [[ $enabled == true ]]; then
    differs 'not enabled'
  fi
  if unit_running; then
    if [[ $running == false ]]; then differs 'running'; fi
  elif [[ $running == true ]]; then
    differs "not running (${UNIT[ActiveState]-})"
  fi
}

note_unit() {
  local name=${DOC["$1/name"]}
  if noted unit "$name"; then return; fi
  unit_read "$name"
  if [[ -z ${DOC["$1/content"]+set} ]] && ! unit_known; then
    fail "unit $name" 'there is no such unit on this host' 'install the package that brings it, or give its content'
  fi
  note_begin unit "$name"
  note_unit_state
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
  unit_read "$2"
  if unit_known; then
    if [[ $(entry_field "$1" running) == false ]]; then systemctl --quiet stop "$2" || true; fi
    if [[ $(entry_field "$1" enabled) == false ]]; then systemctl --quiet disable "$2" || true; fi
  fi
  restore_path "$1" "$path"
  systemctl daemon-reload
  systemctl reset-failed "$2" 2>/dev/null || true
  unit_read "$2"
  if ! unit_known; then return; fi
  if [[ $(entry_field "$1" enabled) == true ]]; then run "see systemctl status $2" systemctl --quiet enable "$2"; fi
  if [[ $(entry_field "$1" running) == true ]]; then run "see journalctl -u $2" systemctl start "$2"; fi
}
