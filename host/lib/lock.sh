# One engine process at a time. Children inherit the lock on purpose: an apt-get or kubeadm that outlives a cut
# session keeps the next run waiting until it is done.

readonly RUN_DIR=/run/annex
readonly LOCK_WAIT=${ANNEX_LOCK_WAIT:-600} # seconds

# lock <what> - waits up to LOCK_WAIT seconds, else names the holder.
lock() {
  local deadline=$((SECONDS + LOCK_WAIT)) told='' holder
  while true; do
    mkdir -p "$RUN_DIR"
    { exec {LOCK_FD}>>"$RUN_DIR/lock"; } 2>/dev/null || continue
    if flock -n "$LOCK_FD"; then
      # unlock removes the file, so a lock on a file that is gone is none.
      [[ $RUN_DIR/lock -ef /proc/self/fd/$LOCK_FD ]] && break
    else
      holder=$(lock_holder)
      if ((SECONDS >= deadline)); then
        fail '' "another annex run holds $RUN_DIR/lock: $holder; waited $LOCK_WAIT s" \
          'wait for it, or end the processes named here if nobody is behind them any more, and run again'
      fi
      [[ -n $told ]] || printf 'waiting up to %d s for another annex run on this host: %s\n' "$LOCK_WAIT" "$holder" >&2
      told=yes
      sleep 0.5
    fi
    exec {LOCK_FD}>&-
  done
  # A run that was cut may have left its configuration for kubeadm, with the token.
  find "$RUN_DIR" -mindepth 1 ! -name lock -delete
  printf '%s by process %d since %s, from %s\n' "$1" "$$" "$(date -u +%FT%TZ)" "${SSH_CONNECTION-this host}" >"$RUN_DIR/lock"
}

# What holds the lock: what the file says, and which living processes have it open.
lock_holder() {
  local fd pid said='' living=''
  [[ -s $RUN_DIR/lock ]] && said=$(head -n 1 "$RUN_DIR/lock")
  for fd in /proc/[0-9]*/fd/*; do
    [[ $(readlink "$fd") == "$RUN_DIR/lock" ]] || continue
    pid=${fd#/proc/}
    pid=${pid%%/*}
    [[ $pid == "$$" || $pid == "$BASHPID" || $living == *" $pid "* ]] && continue
    living+=" $pid $(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c 1-60)"
  done 2>/dev/null
  printf '%s (living:%s)' "${said:-unknown}" "${living:- none}"
}

unlock() {
  rm -f "$RUN_DIR/lock"
  rmdir --ignore-fail-on-non-empty "$RUN_DIR" 2>/dev/null || true
  exec {LOCK_FD}>&-
}
