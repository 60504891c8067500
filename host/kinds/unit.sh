# unit: a systemd unit: name, content? (written to /etc/systemd/system), enabled, running.

id_unit() {
  ID=${DOC["$1/name"]}
}

unit_path() {
  printf '/etc/systemd/system/%s' "$1"
}

declare -A UNIT=() # what systemd said of a unit when it was last read

# unit_read <unit> - all that is asked of a unit by one call, into UNIT: an answer of systemd takes longer than the rest of a look.
unit_read() {
  local line
  UNIT=()
  while read -r line; do UNIT["${line%%=*}"]=${line#*=}; done < <(systemctl show --property=LoadState,UnitFileState,ActiveState,ActiveEnterTimestampMonotonic,NeedDaemonReload -- "$1")
}

unit_known() {
  [[ ${UNIT[LoadState]-} != not-found ]]
}

# unit_enabled [wanted] - a static or generated unit has nothing to enable, so it counts as what is wanted.
unit_enabled() {
  case ${UNIT[UnitFileState]-} in
    enabled | enabled-runtime | alias) return 0 ;;
    static | indirect | generated | transient) [[ ${1-true} == true ]] ;;
    *) return 1 ;;
  esac
}

# activating counts: kubelet starts again and again until its node has joined.
unit_running() {
  case ${UNIT[ActiveState]-} in
    active | activating | reloading) return 0 ;;
    *) return 1 ;;
  esac
}

# Seconds after which a unit that runs is one that works.
readonly STEADY=${ANNEX_STEADY_SECONDS:-60}

# unit_steady - whether the unit that was read has been running for a while.
unit_steady() {
  local uptime
  read -r uptime _ </proc/uptime
  [[ ${UNIT[ActiveState]-} == active ]] && ((${uptime%.*} - ${UNIT[ActiveEnterTimestampMonotonic]:-0} / 1000000 >= STEADY))
}

declare -A WORKED=() # units that a restart of this run has left working

# restart_running <unit> - where it runs. systemd starts a kubelet that ends at once again and again and calls it well: where it worked
# before, it has to stay up.
restart_running() {
  local look worked=$LEDGER/$SECTION/.worked-$1
  unit_read "$1"
  # Kept over a run that failed here: the next one must not take it for one that never worked.
  if unit_steady || [[ -n ${WORKED["$1"]-} ]]; then : >"$worked"; fi
  if ! unit_running; then rm -f "$worked"; fi
  run "see journalctl -u $1" systemctl try-restart "$1"
  doing "$1 restarted"
  if [[ ! -e $worked ]]; then return; fi
  for ((look = 0; look < 10; look++)); do
    sleep 0.3
    unit_read "$1"
    if [[ ${UNIT[ActiveState]-} != active ]]; then
      fail "$ITEM" "$1 worked, and does not stay up with what is new (${UNIT[ActiveState]-}): $(journalctl --quiet --unit "$1" --lines 1 --output cat 2>/dev/null || true)" \
        "see journalctl -u $1; go back to what was configured before, and run again"
    fi
  done
  rm "$worked"
  WORKED["$1"]=yes
}

# note_unit_state - into the open entry: whether the unit that was read starts at boot, and runs.
note_unit_state() {
  if unit_enabled; then printf true; else printf false; fi >"$NOTE/enabled"
  if unit_running; then printf true; else printf false; fi >"$NOTE/running"
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

# note_stopped <unit...> - into the open entry: those that do not run, which a change is about to start along the way.
note_stopped() {
  local unit
  for unit in "$@"; do
    unit_read "$unit"
    if ! unit_running; then printf '%s\n' "$unit"; fi
  done >"$NOTE/stopped"
}

# stop_again <entry>
stop_again() {
  local stopped
  mapfile -t stopped <"$1/stopped"
  if ((${#stopped[@]} > 0)); then systemctl stop "${stopped[@]}" 2>/dev/null || true; fi
}
