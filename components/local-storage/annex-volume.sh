#!/usr/bin/env bash
# annex-volume: the volumes of this host.
#   annex-volume status               what there is, and how full
#   annex-volume backup NAME >FILE    its data as a gzipped tar
#   annex-volume restore NAME <FILE   its data replaced by that of a backup
#   annex-volume release NAME         wipes a volume that is kept, and offers it again
# and for its units:
#   annex-volume watch                wipes what claims have left, and offers it again; keeps every block allocated
#   annex-volume recover              finishes what a power cut has left half wiped, before it is mounted
# /etc/annex/volumes has a line "node<TAB>NAME", and for each volume "volume<TAB>NAME<TAB>wipe|retain<TAB>IMAGE<TAB>MOUNT POINT".
set -euo pipefail
umask 077
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

readonly CONFIG=/etc/annex/volumes
readonly RUN=/run/annex-volume
readonly NAMESPACE=annex-volumes
# Seconds between two looks at the claims.
readonly INTERVAL=15

main() {
  mkdir -p "$RUN"
  NODE=$(awk -F '\t' '$1 == "node" { print $2 }' "$CONFIG")
  case ${1-} in
    status | watch | recover | round) "$1" ;;
    backup | restore | release | renew | finish)
      volume "${2-}"
      "$1"
      ;;
    *) die "there is no command \"${1-}\"; there are status, backup, restore and release" ;;
  esac
}

# volume NAME - into NAME, RECLAIM, IMAGE and MOUNT.
volume() {
  local kind
  while IFS=$'\t' read -r kind NAME RECLAIM IMAGE MOUNT; do
    if [[ $kind == volume && $NAME == "$1" ]]; then return; fi
  done <"$CONFIG"
  die "there is no volume \"$1\" on this host; there are $(volumes | tr '\n' ' ')"
}

volumes() {
  awk -F '\t' '$1 == "volume" { print $2 }' "$CONFIG"
}

die() {
  printf 'annex-volume: %s\n' "$1" >&2
  exit 1
}

# say KEY TEXT - once, until the text is another: the journal need not have it every round.
say() {
  if [[ $2 == "$(cat "$RUN/said-$1" 2>/dev/null || true)" ]]; then return; fi
  printf '%s' "$2" >"$RUN/said-$1"
  if [[ -n $2 ]]; then printf '%s\n' "$2"; fi
}

watch() {
  while true; do
    "$0" round || true
    sleep "$INTERVAL"
  done
}

# A round asks once for all volumes; one that cannot be wiped holds up no other.
round() {
  local names found name phase
  allocate
  mapfile -t names < <(volumes | sed "s/^/$NODE-/")
  if ! found=$(cluster get persistentvolumes "${names[@]}" --ignore-not-found --no-headers \
    --output custom-columns=:.metadata.name,:.status.phase 2>"$RUN/error"); then
    say cluster "the cluster cannot be asked: $(tail -n 1 "$RUN/error")"
    return
  fi
  say cluster ''
  while read -r name phase; do
    if [[ $phase != Released ]]; then continue; fi
    volume "${name#"$NODE-"}"
    if [[ $RECLAIM == wipe ]]; then "$0" renew "$NAME" || true; fi
  done <<<"$found"
}

# Zeros that the kernel writes through a loop device become holes in the file, whose blocks somebody else could take.
allocate() {
  local name
  for name in $(volumes); do
    volume "$name"
    if [[ ! -e $IMAGE.wiping && -s $IMAGE ]] && (($(stat --format '%b * %B' "$IMAGE") < $(stat --format %s "$IMAGE"))); then
      if fallocate --length "$(stat --format %s "$IMAGE")" "$IMAGE" 2>"$RUN/error"; then say "holes-$NAME" ''; else say "holes-$NAME" "$NAME has lost blocks, and gets none: $(tail -n 1 "$RUN/error")"; fi
    fi
  done
}

# By hand, for a volume whose data is kept.
release() {
  local phase
  phase=$(cluster get persistentvolume "$NODE-$NAME" --output jsonpath='{.status.phase}')
  if [[ $phase != Released ]]; then die "$NAME is $phase: only a volume that its claim has left can be released"; fi
  renew
}

# The claim is asked for before the wipe and tested by the change: a volume that somebody has bound anew meanwhile stays as it is.
renew() {
  local phase uid
  alone
  read -r phase uid < <(cluster get persistentvolume "$NODE-$NAME" --output jsonpath='{.status.phase} {.spec.claimRef.uid}') || true
  if [[ $phase != Released || -z $uid ]]; then return; fi
  wipe
  cluster patch persistentvolume "$NODE-$NAME" --type json --output name \
    --patch "[{\"op\":\"test\",\"path\":\"/spec/claimRef/uid\",\"value\":\"$uid\"},{\"op\":\"remove\",\"path\":\"/spec/claimRef\"}]" >/dev/null
  say "volume-$NAME" ''
  printf '%s: wiped and offered again\n' "$NAME"
}

# One at a time empties a volume.
alone() {
  exec 9>"$RUN/lock-$NAME"
  flock 9
}

# A claim may go while its pod still runs (a forced deletion): then the file system is still mounted somewhere, and is left alone.
wipe() {
  local unit user tries=0
  unit=$(systemd-escape --path --suffix=mount "$MOUNT")
  user=$(users)
  if [[ -n $user ]]; then refuse "it is still mounted at $user: the pod of its last claim has not ended"; fi
  if [[ ! -f $IMAGE ]]; then refuse "there is no $IMAGE: is its disk missing?"; fi
  # From here on the engine keeps its hands off (host/kinds/volume.sh).
  : >"$IMAGE.wiping"
  if ! systemctl stop "$unit"; then
    rm "$IMAGE.wiping"
    refuse "$MOUNT is in use (fuser -vm $MOUNT shows by what)"
  fi
  # The device lets go of the file when the last mount in any namespace is gone.
  while [[ -n $(losetup --noheadings --output NAME --associated "$IMAGE") ]]; do
    tries=$((tries + 1))
    if ((tries > 50)); then
      systemctl start "$unit"
      rm "$IMAGE.wiping"
      refuse "$(losetup --noheadings --output NAME --associated "$IMAGE") is still in use, by a process that has a view of its own of the host's mounts"
    fi
    sleep 0.1
  done
  # Only what says this may be wiped after a power cut: until here somebody may still decide to keep it.
  printf begun >"$IMAGE.wiping"
  sync "$IMAGE.wiping"
  renew_image
  systemctl start "$unit"
}

refuse() {
  say "volume-$NAME" "$NAME is not wiped: $1"
  exit 1
}

# users - where else its file system is mounted, on one line.
users() {
  local device
  device=$(findmnt --noheadings --output MAJ:MIN --mountpoint "$MOUNT" || true)
  if [[ -z $device ]]; then return; fi
  awk -v "device=${device// /}" -v "own=$MOUNT" '$3 == device && $5 != own { print $5 }' /proc/1/mountinfo | paste --serial --delimiters ' '
}

# All blocks are made to read as zeros and stay allocated, then there is a new file system. On stable storage before it is offered.
renew_image() {
  local size empty
  size=$(stat --format %s "$IMAGE")
  if ! fallocate --zero-range --length "$size" "$IMAGE" 2>/dev/null; then
    dd if=/dev/zero of="$IMAGE" bs=1M iflag=count_bytes count="$size" conv=notrunc status=none
  fi
  empty=$(mktemp --directory "$RUN/empty-XXXXXX")
  chmod 755 "$empty"
  mkdir -m 755 "$empty/data"
  # As host/kinds/volume.sh makes it.
  mkfs.ext4 -q -F -m 0 -E nodiscard,lazy_itable_init=0,lazy_journal_init=0 -L "${NAME:0:16}" -d "$empty" "$IMAGE"
  rm -r "$empty"
  # Where mkfs has made holes.
  fallocate --length "$size" "$IMAGE"
  sync "$IMAGE"
  rm "$IMAGE.wiping"
}

recover() {
  local name
  for name in $(volumes); do
    volume "$name"
    if [[ ! -e $IMAGE.wiping ]]; then continue; fi
    if [[ ! -s $IMAGE.wiping ]] || mountpoint -q "$MOUNT"; then
      # It was cut before it began, and begins again with the next round.
      rm "$IMAGE.wiping"
      continue
    fi
    # One that fails holds up no other.
    "$0" finish "$NAME" || true
  done
}

finish() {
  renew_image
  printf '%s: the wipe that was cut is finished\n' "$NAME"
}

status() {
  local name
  for name in $(volumes); do
    volume "$name"
    printf '%s\t%s\t%s\n' "$NAME" "$RECLAIM" "$(df --human-readable --output=size,used,avail "$MOUNT" 2>/dev/null | tail -n 1 | awk -v mounted="$(mountpoint -q "$MOUNT" && printf yes)" \
      '{ if (mounted == "yes") print "size " $1 ", used " $2 ", free " $3; else print "not mounted" }')"
  done
}

backup() {
  if ! mountpoint -q "$MOUNT"; then die "$NAME is not mounted"; fi
  if [[ -t 1 ]]; then die 'the backup goes to standard output: send it to a file'; fi
  if [[ -n $(users) ]]; then printf 'annex-volume: %s is in use: what is written meanwhile may be in the backup or not; scale its workload to 0 for a copy of one moment\n' "$NAME" >&2; fi
  # 1: a file changed while it was read.
  { tar --create --sparse --numeric-owner --xattrs --xattrs-include='*' --acls --directory "$MOUNT/data" . || (($? == 1)); } | gzip -1
}

# Until all of the backup is there the volume has no folder "data", so that no pod starts on a half of it.
restore() {
  if ! mountpoint -q "$MOUNT"; then die "$NAME is not mounted"; fi
  if [[ -n $(users) ]]; then die "$NAME is in use at $(users): scale its workload to 0 first"; fi
  alone
  rm -rf "$MOUNT/restoring"
  # Where this is, the engine makes no folder "data" (host/kinds/volume.sh).
  mkdir -m 755 "$MOUNT/restoring"
  rm -rf "$MOUNT/data"
  if ! gzip -dc | tar --extract --sparse --numeric-owner --same-permissions --xattrs --xattrs-include='*' --acls --directory "$MOUNT/restoring"; then
    die "the backup was not read to its end, or does not fit into $NAME, which has no data now: restore again"
  fi
  # A power cut must not find the new name before what is in it.
  sync --file-system "$MOUNT"
  mv -T "$MOUNT/restoring" "$MOUNT/data"
  sync --file-system "$MOUNT"
}

# cluster ARGUMENT... - kubectl with the credential of this node's volumes: the token of a pod that does nothing else, which the kubelet
# renews. Somebody else's pod can have a folder of the same name, so whose token it is, is up to the API server.
cluster() {
  local token server config refused
  if [[ ! -s /etc/kubernetes/kubelet.conf ]]; then
    printf 'this host has not joined yet\n' >&2
    return 1
  fi
  refused="the namespace $NAMESPACE has no pod on this node, whose token it would be"
  server=$(sed -n 's/^ *server: //p' /etc/kubernetes/kubelet.conf | head -n 1)
  config=$RUN/kubeconfig-$BASHPID
  for token in /var/lib/kubelet/pods/*/volumes/kubernetes.io~projected/annex-volumes/token; do
    if ! named "$token"; then continue; fi
    printf '%s\n' 'apiVersion: v1' 'kind: Config' 'current-context: own' \
      "clusters: [{name: own, cluster: {server: '$server', certificate-authority: /etc/kubernetes/pki/ca.crt}}]" \
      "users: [{name: own, user: {tokenFile: '$token'}}]" 'contexts: [{name: own, context: {cluster: own, user: own}}]' >"$config"
    if kubectl --kubeconfig "$config" --cache-dir "$RUN/cache" --request-timeout 10s "$@" 2>"$config.error"; then
      rm "$config" "$config.error"
      return
    fi
    refused=$(tail -n 1 "$config.error")
    rm "$config" "$config.error"
  done
  printf '%s\n' "$refused" >&2
  return 1
}

# named TOKEN - whether it says that it is this node's.
named() {
  [[ -s $1 ]] && cut -d . -f 2 "$1" | tr '_-' '/+' | { base64 --decode 2>/dev/null || true; } | grep -qF "\"system:serviceaccount:$NAMESPACE:$NODE\""
}

main "$@"
