# apt and dpkg, as kinds/packages.sh needs them: bounded, repaired first, with errors that say why.

# Seconds apt waits for another apt or dpkg: a small fresh VPS is busy with its first upgrade for ten minutes.
readonly APT_WAIT=${ANNEX_APT_WAIT:-900}

# An apt run that was cut leaves dpkg in need of this; otherwise every later apt run fails.
repair_dpkg() {
  if [[ -n $(find /var/lib/dpkg/updates -type f) || -n $(dpkg --audit) ]]; then
    doing 'repairing an interrupted dpkg run'
    wait_for_dpkg
    run 'see its message; a broken package must be repaired on the host first' dpkg --configure -a --force-confdef --force-confold
  fi
}

# dpkg itself does not wait for its lock, apt does. What else apt finds wrong here is what the repair is for.
wait_for_dpkg() {
  local out
  if ! out=$(apt_get check 2>&1 </dev/null) && [[ $out == *'frontend lock'* ]]; then fail_locked "$out"; fi
}

# While a package lacks what it depends on apt plans no removal; that would look as if something needed what is to go.
require_sound_apt() {
  local out
  if out=$(apt_get check 2>&1 </dev/null); then return; fi
  if [[ $out == *'frontend lock'* ]]; then fail_locked "$out"; fi
  fail "$ITEM" "apt can plan nothing on this host: $(apt_reason "$out")" 'repair it on the host first (apt-get check, apt-get --fix-broken install), then run again'
}

apt_get() {
  NEEDRESTART_MODE=l apt-get -y -q -o "DPkg::Lock::Timeout=$APT_WAIT" -o Dpkg::Options::=--force-confdef \
    -o Dpkg::Options::=--force-confold -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 "$@"
}

readonly APT_INSTALL=(--no-install-recommends --allow-downgrades --allow-change-held-packages install)
# Of what was not there before, so the host lived without it, also where Debian calls it essential or important (e2fsprogs).
readonly APT_REMOVAL=(--allow-change-held-packages --allow-remove-essential)

# A source was changed in this run. After a cut nobody knows any more, but then the simulation fails without its list.
LISTS_STALE=''

# What apt would do. The lists are fetched only when they do not know what is asked for: one update per host.
apt_simulate() {
  local out
  if ! out=$(apt_get -s "${APT_INSTALL[@]}" "$@" 2>&1); then
    apt_update
    if ! out=$(apt_get -s "${APT_INSTALL[@]}" "$@" 2>&1); then
      fail "$ITEM" "apt cannot install $*: $(apt_reason "$UPDATE_SAID"$'\n'"$out")" \
        "the host's apt sources must be reachable and have it: see apt-get update and apt-cache policy ${1%%=*} on the host"
    fi
  fi
  printf '%s' "$out"
}

# The lines of apt's output that say why.
apt_reason() {
  tr -d '\r' <<<"$1" | grep -a '^[EW]:\|^Err:\|^ .*\(Depends\|but\)\|^dpkg' | awk '!seen[$0]++' | tail -n 10
}

# apt waits for dpkg's lock by itself, but not for that of the lists. A source that fails is no reason to stop while
# the others have what is needed, so what it said is kept for the error of the install.
apt_update() {
  local deadline=$((SECONDS + APT_WAIT))
  doing 'fetching the package lists'
  LISTS_STALE=''
  while ! UPDATE_SAID=$(apt_get update 2>&1) && [[ $UPDATE_SAID == *'Could not get lock'* ]]; do
    if ((SECONDS >= deadline)); then fail_locked "$UPDATE_SAID"; fi
    sleep 0.2
  done
}

apt_install() {
  local out
  if out=$(apt_get "${APT_INSTALL[@]}" "$@" 2>&1 </dev/null); then return; fi
  if grep -q 'Failed to fetch\|404  Not Found' <<<"$out"; then
    # Old lists name files that the mirror has replaced since.
    apt_update
    if out=$(apt_get "${APT_INSTALL[@]}" "$@" 2>&1 </dev/null); then return; fi
  fi
  if [[ $out == *'frontend lock'* ]]; then fail_locked "$out"; fi
  fail "$ITEM" "apt-get install $* failed: $(apt_reason "$out")" \
    'see that the host reaches its apt mirror and that the mirror is whole (apt-get update on the host), then run again'
}

fail_locked() {
  fail "$ITEM" "another apt or dpkg has held its lock for $APT_WAIT s: $(grep -m 1 '^E:.* lock' <<<"$1")" 'wait for it (ps on the host shows it), then run again'
}

refuse_removals() {
  local removed
  removed=$(sed -n 's/^Remv \([^ ]*\).*/\1/p' <<<"$1" | tr '\n' ' ')
  if [[ -n $removed ]]; then
    fail "$ITEM" "apt would have to remove: $removed" 'remove these packages yourself if nothing needs them, then run again'
  fi
}
