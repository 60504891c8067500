# Who may work on the host at the same time. Each lock is a file in RUN_DIR:
#   section-<name>  one run of a section at a time
#   host            converges of different sections share it; whatever takes something away is alone
#   packages        apt and dpkg, within a converge
# Children inherit the locks on purpose: an apt-get or kubeadm that outlives a cut session keeps the next run waiting until it is done.

readonly RUN_DIR=/run/annex
readonly LOCK_WAIT=${ANNEX_LOCK_WAIT:-1200} # seconds, longer than one wait for apt
declare -A LOCKS=()                         # name -> file descriptor

# lock <name> <shared|exclusive> <what> - waits up to LOCK_WAIT seconds, else names the holder.
lock() {
  local file=$RUN_DIR/$1.lock deadline=$((SECONDS + LOCK_WAIT)) told='' fd
  while true; do
    mkdir -p "$RUN_DIR"
    { exec {fd}>>"$file"; } 2>/dev/null || continue
    if flock --nonblock "--$2" "$fd"; then
      # unlock removes the file, so a lock on a file that is gone is none.
      [[ $file -ef /proc/self/fd/$fd ]] && break
    elif ((SECONDS >= deadline)); then
      fail '' "another annex run holds $file: $(lock_holder "$file"); waited $LOCK_WAIT s" \
        'wait for it, or end the processes named here if nobody is behind them any more, and run again'
    else
      [[ -n $told ]] || printf 'waiting up to %d s until this is done: %s\n' "$LOCK_WAIT" "$(lock_said "$file")" >&2
      told=yes
      sleep 0.2
    fi
    exec {fd}>&-
  done
  LOCKS["$1"]=$fd
  printf '%s by process %d since %s, from %s\n' "$3" "$$" "$(date -u +%FT%TZ)" "${SSH_CONNECTION-this host}" >"$file"
}

# lock_said <file> - what its holder has written into it. The file goes with the lock.
lock_said() {
  local file=$1 said=''
  { read -r said <"$file" || true; } 2>/dev/null
  printf '%s' "${said:-unknown}"
}

# lock_holder <file> - what holds the lock: what the file says, and which living processes have it open.
lock_holder() {
  local file=$1 pid command said living=''
  # Before anything is started here, which would have the lock open as well.
  set -- /proc/[0-9]*/fd
  said=$(lock_said "$file")
  while read -r pid; do
    if [[ $pid == "$$" || $pid == "$BASHPID" ]]; then continue; fi
    # Any may have ended since.
    command=$(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c 1-60) || continue
    living+=" $pid $command"
  done < <({ find "$@" -lname "$file" -printf '%h\n' 2>/dev/null || true; } | cut -d / -f 3 | sort -nu) 2>/dev/null
  printf '%s (living:%s)' "$said" "${living:- none}"
}

# unlock <name> - the last one to share a lock takes its file away.
unlock() {
  local fd=${LOCKS["$1"]}
  if flock --nonblock --exclusive "$fd"; then rm -f "$RUN_DIR/$1.lock"; fi
  exec {fd}>&-
  rmdir --ignore-fail-on-non-empty "$RUN_DIR" 2>/dev/null || true
}

# The section's files that do not outlive a run: a cut one may have left kubeadm's configuration, with the token.
readonly SCRATCH=$RUN_DIR/scratch

clear_scratch() {
  rm -rf "${SCRATCH:?}/$SECTION"
  rmdir --ignore-fail-on-non-empty "$SCRATCH" 2>/dev/null || true
}
