# packages: install[] of name, version? (exact or glob), hold?, unlessModule? (only where the kernel lacks it), restart[]: units
# restarted when another version was there before.
# The ledger has one entry per package, of the kind "package": also for each that came along as a dependency.

id_packages() {
  wanted_packages "$1"
  local IFS=' '
  ID="${WANTED[*]-}"
}

claims_packages() {
  local name
  wanted_packages "$1"
  for name in ${WANTED[@]+"${WANTED[@]}"}; do claim package "$name"; done
}

WANTED_OF='' # the item whose packages they are

# The item's packages that apply to this kernel, into WANTED, WANTED_VERSION, WANTED_HOLD and WANTED_RESTART.
wanted_packages() {
  local i n module
  if [[ $WANTED_OF == "$1" ]]; then return; fi
  WANTED_OF=$1
  WANTED=() WANTED_VERSION=() WANTED_HOLD=() WANTED_RESTART=()
  n=$(doc_count "$1/install")
  for ((i = 0; i < n; i++)); do
    module=${DOC["$1/install/$i/unlessModule"]-}
    if [[ -n $module ]] && module_available "$module"; then continue; fi
    WANTED+=("${DOC["$1/install/$i/name"]}")
    WANTED_VERSION+=("${DOC["$1/install/$i/version"]-*}")
    WANTED_HOLD+=("${DOC["$1/install/$i/hold"]-false}")
    doc_list "$1/install/$i/restart"
    WANTED_RESTART+=("${LIST[*]-}")
  done
}

declare -A DPKG=() # name -> want, status and version; read once, and again after whatever may have changed it

read_packages() {
  local name state
  DPKG=()
  while read -r name state; do
    : "${DPKG["$name"]:=$state}"
  done < <(dpkg-query -W -f '${Package} ${db:Status-Want} ${db:Status-Status} ${Version}\n' 2>/dev/null)
}

# package_state <name> - what dpkg knows, into P_WANT (install, hold, ...), P_STATUS (installed, ...) and P_VERSION.
package_state() {
  P_WANT=unknown P_STATUS=not-installed P_VERSION=''
  if ((${#DPKG[@]} == 0)); then read_packages; fi
  if [[ -n ${DPKG["$1"]-} ]]; then read -r P_WANT P_STATUS P_VERSION <<<"${DPKG["$1"]}"; fi
}

look_packages() {
  local i
  wanted_packages "$1"
  for ((i = 0; i < ${#WANTED[@]}; i++)); do
    package_state "${WANTED[i]}"
    # The version is a glob of the document's.
    # shellcheck disable=SC2053
    if [[ $P_STATUS == not-installed || $P_STATUS == config-files ]]; then
      differs "${WANTED[i]} is not installed"
    elif [[ $P_STATUS != installed ]]; then
      differs "${WANTED[i]} is half installed ($P_STATUS)"
    elif [[ $P_VERSION != ${WANTED_VERSION[i]} ]]; then
      differs "${WANTED[i]} is $P_VERSION, not ${WANTED_VERSION[i]}"
    fi
    if [[ ${WANTED_HOLD[i]} == true && $P_WANT != hold ]]; then differs "${WANTED[i]} is not held"; fi
    if marked package "${WANTED[i]}" restart; then differs "${WANTED_RESTART[i]} is still to be restarted"; fi
  done
}

note_packages() {
  local name
  wanted_packages "$1"
  for name in ${WANTED[@]+"${WANTED[@]}"}; do
    if ! noted package "$name"; then note_package "$name"; fi
  done
  note_commit
}

# note_package <name> [version: of what comes along as a dependency] - queued, until note_commit.
note_package() {
  local path
  package_state "$1"
  note_begin package "$1"
  printf '%s' "$P_WANT" >"$NOTE/want"
  printf '%s' "$P_STATUS" >"$NOTE/status"
  printf '%s' "$P_VERSION" >"$NOTE/version"
  if [[ -n ${2-} ]]; then
    : >"$NOTE/dependency"
    printf '%s' "$2" >"$NOTE/installed"
  fi
  for path in $(package_data "$1"); do
    if [[ ! -e $path ]]; then printf '%s\n' "$path"; fi
  done >"$NOTE/data"
  note_queue
}

# What a package's programs make when they run, which its purge leaves: absolute paths without spaces.
package_data() {
  case $1 in
    containerd | containerd.io) printf '/var/lib/containerd /run/containerd /run/nri /opt/containerd /etc/containerd' ;;
    kubelet) printf '/var/lib/kubelet /etc/kubernetes /var/log/pods /var/log/containers' ;;
    kubernetes-cni) printf '/opt/cni /etc/cni /var/lib/cni' ;;
    wireguard-tools) printf '/run/wireguard /etc/wireguard' ;;
    iptables) printf '/run/xtables.lock' ;;
    e2fsprogs) printf '/var/lib/systemd/timers/stamp-e2scrub_all.timer' ;;
  esac
}

# remove_package_data <entry> - folders that were not there before; a file of a person in one of them keeps it.
remove_package_data() {
  local path
  while read -r path; do
    if [[ $path == /var/lib/containerd || $path == /run/containerd || $path == /run/nri ]]; then
      unmount_below "$path"
      rm -rf --one-file-system "$path"
    elif [[ -d $path ]]; then
      find "$path" -depth -type d -empty -delete
    else
      rm -f "$path"
    fi
  done < <(entry_field "$1" data)
}

converge_packages() {
  local i asked=() hold=() simulation
  wanted_packages "$1"
  for ((i = 0; i < ${#WANTED[@]}; i++)); do
    refuse_foreign_hold "${WANTED[i]}" "${WANTED_VERSION[i]}"
    if [[ ${WANTED_VERSION[i]} == '*' ]]; then asked+=("${WANTED[i]}"); else asked+=("${WANTED[i]}=${WANTED_VERSION[i]}"); fi
    if [[ ${WANTED_HOLD[i]} == true ]]; then hold+=("${WANTED[i]}"); fi
  done
  # apt has a lock of its own for the lists, so this need not wait for another section's packages.
  if [[ -n $LISTS_STALE ]]; then apt_update; fi
  lock packages exclusive "packages of $SECTION"
  repair_dpkg
  # Another section may have installed something meanwhile.
  DPKG=()
  simulation=$(apt_simulate "${asked[@]}")
  refuse_removals "$simulation"
  note_simulated "$simulation"
  flush_ledger
  mark_restarts
  if grep -q '^Inst\|^Conf' <<<"$simulation"; then
    doing "installing $(grep -c '^Inst' <<<"$simulation" || true) packages"
    apt_install "${asked[@]}"
  fi
  if ((${#hold[@]} > 0)); then run 'see dpkg --audit' apt-mark hold "${hold[@]}"; fi
  DPKG=()
  restart_marked
  unlock packages
}

# Somebody's hold on another version is their decision; ours is in the ledger.
refuse_foreign_hold() {
  package_state "$1"
  # shellcheck disable=SC2053
  if [[ $P_WANT == hold && $P_VERSION != $2 && $(entry_field "${ENTRY["package $1"]}" want) == hold ]]; then
    fail "package $1" "version $P_VERSION is installed and held, $2 is asked for" \
      "release it on the host (apt-mark unhold $1), or ask for version $P_VERSION"
  fi
}

# What comes along, and the versions that annex brings: a later one is somebody else's, which removal leaves alone.
note_simulated() {
  local name version entry versions=()
  local -A seen=()
  while read -r name version; do
    name=${name%%:*}
    # Of two architectures.
    if [[ -n ${seen["$name"]-} ]]; then continue; fi
    seen["$name"]=yes
    if noted package "$name"; then
      entry=${ENTRY["package $name"]}
      printf '%s' "$version" >"$entry/installed"
      versions+=("$entry/installed")
    else
      note_package "$name" "$version"
    fi
  done < <(sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)\?(\([^ ]*\).*/\1 \3/p' <<<"$1")
  if ((${#versions[@]} > 0)); then sync "${versions[@]}"; fi
  note_commit
}

# What runs already would stay at the version of its start.
mark_restarts() {
  local i
  for ((i = 0; i < ${#WANTED[@]}; i++)); do
    package_state "${WANTED[i]}"
    # shellcheck disable=SC2053
    if [[ -n ${WANTED_RESTART[i]} && $P_STATUS == installed && $P_VERSION != ${WANTED_VERSION[i]} ]]; then mark package "${WANTED[i]}" restart; fi
  done
}

restart_marked() {
  local i unit
  for ((i = 0; i < ${#WANTED[@]}; i++)); do
    if ! marked package "${WANTED[i]}" restart; then continue; fi
    for unit in ${WANTED_RESTART[i]}; do
      restart_running "$unit"
    done
    unmark package "${WANTED[i]}" restart
  done
}

# remove_package <entry> <name> - undoes a package and, in the same apt run, all others of the section that were not
# there before and that nobody else needs.
remove_package() {
  local found set
  package_state "$2"
  if [[ $P_STATUS != not-installed && $P_STATUS != config-files && $(entry_field "$1" status) != installed ]]; then
    repair_dpkg
    require_sound_apt
  fi
  found=$(purgeable_packages)
  if [[ -n $found ]]; then
    mapfile -t set <<<"$found"
    purge_packages "${set[@]}"
  fi
  package_state "$2"
  if [[ $P_STATUS == not-installed || $P_STATUS == config-files ]]; then remove_package_data "$1"; fi
  case $(entry_field "$1" status) in
    installed) restore_package "$1" "$2" ;;
    config-files) if [[ $P_STATUS == installed ]]; then keep_package "$1" "$2"; fi ;;
    *) keep_package "$1" "$2" ;;
  esac
}

# Those that had been removed but not purged before are so again.
purge_packages() {
  local name removed=() purged=()
  for name in "$@"; do
    if [[ $(entry_field "${ENTRY["package $name"]}" status) == config-files ]]; then removed+=("$name"); else purged+=("$name"); fi
  done
  doing "purging $*"
  repair_dpkg
  if ((${#removed[@]} > 0)); then run 'see dpkg --audit' apt_get "${APT_REMOVAL[@]}" remove "${removed[@]}"; fi
  if ((${#purged[@]} > 0)); then run 'see dpkg --audit' apt_get "${APT_REMOVAL[@]}" purge "${purged[@]}"; fi
  DPKG=()
}

# The section's packages that were not there before, less those that something outside the section needs.
purgeable_packages() {
  local dir name set=() rest
  for dir in "$LEDGER/$SECTION"/[0-9]*-package; do
    [[ -d $dir ]] || continue
    name=$(<"$dir/id")
    package_state "$name"
    if [[ $(<"$dir/status") == installed || $P_STATUS == not-installed ]]; then continue; fi
    if [[ $(<"$dir/status") == config-files && $P_STATUS == config-files ]]; then continue; fi
    if [[ -n ${CLAIMED["package $name"]-} ]]; then continue; fi
    if other_entry package "$name" >/dev/null; then continue; fi
    set+=("$name")
  done
  while ((${#set[@]} > 0)); do
    rest=$(needed_outside "${set[@]}")
    if [[ -z $rest ]]; then break; fi
    mapfile -t set < <(printf '%s\n' "${set[@]}" | { grep -vxF "$rest" || true; })
  done
  if ((${#set[@]} > 0)); then printf '%s\n' "${set[@]}"; fi
}

# Those of the given packages whose purge would take a package along that is not among them; where no single one is to
# blame (one of several would do), all of them.
needed_outside() {
  local out name found=''
  out=$(purge_takes "$@")
  if ! grep -qvxFf <(printf '%s\n' "$@") <<<"$out"; then return; fi
  for name in "$@"; do
    out=$(purge_takes "$name")
    if grep -qvxFf <(printf '%s\n' "$@") <<<"$out"; then found+=$name$'\n'; fi
  done
  printf '%s' "${found:-$(printf '%s\n' "$@")}"
}

# apt refuses to plan what would take a held package along: then it would take something.
purge_takes() {
  local out
  if out=$(apt_get -s "${APT_REMOVAL[@]}" purge "$@" 2>/dev/null); then
    sed -n 's/^\(Purg\|Remv\) \([^ ]*\).*/\2/p' <<<"$out"
  else
    printf '%s\n' 'a held package'
  fi
}

# It was there before: its hold comes back and, where annex changed it and apt still has it, its version. Nothing goes for it.
restore_package() {
  local before simulation
  before=$(entry_field "$1" version)
  if [[ $P_VERSION != "$before" ]]; then
    if [[ $P_VERSION != "$(entry_field "$1" installed)" ]]; then
      doing "stays at version $P_VERSION, which is not annex's"
    elif ! simulation=$(apt_get -s --no-install-recommends --allow-downgrades --allow-change-held-packages install "$2=$before" 2>/dev/null); then
      doing "stays at version $P_VERSION: $before is no longer to be had"
    elif grep -q '^Remv' <<<"$simulation"; then
      doing "stays at version $P_VERSION: for $before apt would remove $(sed -n 's/^Remv \([^ ]*\).*/\1/p' <<<"$simulation" | tr '\n' ' ')"
    elif apt_get --no-install-recommends --allow-downgrades --allow-change-held-packages install "$2=$before" >/dev/null 2>&1; then
      doing "back at version $before"
    else
      doing "stays at version $P_VERSION: $before could not be fetched"
    fi
    DPKG=()
  fi
  if [[ $(entry_field "$1" want) == hold ]]; then
    run 'see dpkg --audit' apt-mark hold "$2"
  elif [[ $P_WANT == hold ]]; then
    run 'see dpkg --audit' apt-mark unhold "$2"
    DPKG=()
  fi
}

# Something outside the section needs it: another section takes its entry over, or it stays for what a person installed.
keep_package() {
  local other
  if [[ $P_STATUS == not-installed ]]; then return; fi
  if [[ $P_WANT == hold ]]; then
    run 'see dpkg --audit' apt-mark unhold "$2"
    DPKG=()
  fi
  for other in "$LEDGER"/*/; do
    other=${other%/}
    if [[ $other == "$LEDGER/$SECTION" || ! -d $other ]]; then continue; fi
    hand_over "$1" "$other"
    return
  done
  doing "stays: $(purge_takes "$2" | grep -vxF "$2" | tr '\n' ' ')needs it"
}
