# What several kinds need of systemd.

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

# unit_enabled <wanted> - a static or generated unit has nothing to enable, so it counts as what is wanted.
unit_enabled() {
  case ${UNIT[UnitFileState]-} in
    enabled | enabled-runtime | alias) return 0 ;;
    static | indirect | generated | transient) [[ $1 == true ]] ;;
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
  if unit_enabled true; then printf true; else printf false; fi >"$NOTE/enabled"
  if unit_running; then printf true; else printf false; fi >"$NOTE/running"
}

# enable_unit <unit> - and systemd reads its file: enable and disable end with a daemon-reload, which takes long enough not to be asked for twice.
enable_unit() {
  run "see systemctl status $1" systemctl --quiet enable "$1"
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
