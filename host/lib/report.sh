# What a run says: progress on stderr for people, one JSON object on stdout at the end for the program.

# Exit code of a failure that has been told; the ERR trap stays silent for it.
readonly TOLD=70

ITEM=''
STEP=0
READER=program
RESULT=()
DIFFS=()

# step <kind> <id> - the next item begins.
step() {
  STEP=$((STEP + 1))
  ITEM="$1 $2"
  printf 'step %d %s %s\n' "$STEP" "$1" "$2" >&2
}

# doing <text> - one line within the item. Never a secret.
doing() {
  printf 'step %d %s: %s\n' "$STEP" "$ITEM" "$1" >&2
}

# fail <item> <error> <fix> - ends the run with what went wrong on stderr: for people where Pulumi shows it, as one JSON object where
# annex reads it. What fails on a full disk seldom says so.
fail() {
  local error=$2 fix=$3 full
  full=$(full_disks)
  if [[ -n $full ]]; then
    error+=". Less than 16 MiB, or no inode, is free in $full"
    fix="make room in $full (df -h; df -i) and run again. If that was not it: $3"
  fi
  if [[ $READER == people ]]; then
    printf '%s%s\n  Fix: %s\n' "${1:+$1: }" "$error" "$fix" >&2
  else
    printf '%s\0' /item s "$1" /error s "$error" /fix s "$fix" | json_build >&2
  fi
  exit "$TOLD"
}

# full_disks - where next to no room, or no file, is left of what annex and the packages write to.
full_disks() {
  # btrfs has no fixed number of inodes, and says 0 of 0.
  df --output=target,itotal,iavail,avail -B 1M / /var /tmp 2>/dev/null | awk 'NR > 1 && (($(NF - 1) == "0" && $(NF - 2) != "0") || $NF < 16) && !seen[$1]++ { printf "%s%s", sep, $1; sep = ", " }' || true
}

on_error() {
  local code=$1 line=$2 command=$3
  trap - ERR
  ((code == TOLD)) && exit "$TOLD"
  fail "$ITEM" "a command failed with exit code $code (line $line of the engine): $command" \
    'its own message is above; running again continues where this run stopped'
}

# run <fix> <command...> - runs quietly; a failure ends the run with the command's last lines.
run() {
  local fix=$1 out code=0
  shift
  out=$("$@" 2>&1 </dev/null) || code=$?
  ((code == 0)) && return
  # kubeadm reports in green what is well, and a warning is not what failed.
  fail "$ITEM" "$1 failed with exit code $code: $(sed '/\x1b\[0;32m/d; /\[WARNING /d' <<<"$out" | tail -n 12 | hide_secrets)" "$fix"
}

hide_secrets() {
  local text token
  text=$(cat)
  token=${DOC["/secrets/token"]-}
  if [[ -n $token ]]; then
    text=${text//"$token"/<token>}
    text=${text//"${token#*.}"/<token>}
  fi
  printf '%s' "$text"
}

# differs <what> - used by look_<kind>: the host is not as the item says.
differs() {
  DIFFS+=("$1")
}

changed() {
  RESULT+=(/changed/+/kind s "$1" /changed/-/id s "$2" /changed/-/what s "$3")
}

unchanged() {
  RESULT+=(/unchanged/+/kind s "$1" /unchanged/-/id s "$2")
}

# output <name> <value> - for the program: a public key, never a secret.
output() {
  RESULT+=("/outputs/$1" s "$2")
}

print_result() {
  printf '%s\0' /section s "$1" /changed a '' /unchanged a '' /outputs o '' ${RESULT[@]+"${RESULT[@]}"} | json_build
}
