# file: path, mode, content, restart[]: units restarted when it changed.

id_file() {
  ID=${DOC["$1/path"]}
}

look_file() {
  local path=${DOC["$1/path"]} mode=${DOC["$1/mode"]} its owner named
  if [[ -d $path && ! -L $path ]]; then
    fail "file $path" 'there is a folder at this path' 'choose another path, or move the folder away'
  elif [[ ! -e $path && ! -L $path ]]; then
    differs 'does not exist'
  elif [[ -L $path ]]; then
    differs "is a link to $(readlink "$path")"
  else
    if ! cmp -s "$path" <(doc "$1/content"); then differs 'content differs'; fi
    read -r its owner named < <(stat -c '%a %u:%g %U:%G' "$path")
    if [[ $its != "$(mode_of "$mode")" ]]; then differs "mode is $its, not $mode"; fi
    if [[ $owner != 0:0 ]]; then differs "owner is $named, not root:root"; fi
  fi
  if marked file "$path" restart; then differs 'its units are still to be restarted'; fi
}

note_file() {
  local path=${DOC["$1/path"]}
  if noted file "$path"; then return; fi
  note_begin file "$path"
  note_path "$path"
  note_end
}

converge_file() {
  local path=${DOC["$1/path"]} unit
  mark file "$path" restart
  doc "$1/content" | write_file "$path" "$(mode_of "${DOC["$1/mode"]}")"
  doing 'written'
  doc_list "$1/restart"
  for unit in ${LIST[@]+"${LIST[@]}"}; do
    restart_running "$unit"
  done
  unmark file "$path" restart
}

remove_file() {
  restore_path "$1" "$2"
}
