# pool: path (folder of the volumes' files), size? (bytes that all of them may take together), device? (a whole disk for it).
# A disk gets an ext4 file system, mounted at the path before the volumes are; without one the path is a folder of the host's own disk.

id_pool() {
  ID=${DOC["$1/path"]}
}

pool_unit() {
  systemd-escape --path --suffix=mount "$1"
}

pool_unit_text() {
  cat <<TEXT
[Unit]
Description=annex pool of volumes

[Mount]
What=${DOC["$1/device"]}
Where=${DOC["$1/path"]}
Type=ext4
Options=nodev,nosuid,noexec,noatime

[Install]
WantedBy=multi-user.target
TEXT
}

look_pool() {
  local path=${DOC["$1/path"]} device=${DOC["$1/device"]-} unit
  if [[ -z $device ]]; then
    if [[ ! -d $path ]]; then differs 'does not exist'; fi
    return
  fi
  unit=$(pool_unit "$path")
  if ! file_is "$(unit_path "$unit")" 644 "$(pool_unit_text "$1")"$'\n'; then differs 'not mounted at boot'; fi
  unit_read "$unit"
  if [[ ${UNIT[NeedDaemonReload]-} == yes ]]; then differs 'systemd has not read its unit yet'; fi
  if ! unit_enabled true; then differs 'its mount is not enabled'; fi
  if [[ ! -b $device ]]; then
    differs "there is no disk $device"
  elif noted pool "$path" && ! pool_is_ours "${ENTRY["pool $path"]}" "$device"; then
    differs "$device is not the disk with the volumes any more"
  elif ! pool_mounted_from "$path" "$device"; then
    differs "$device is not mounted"
  elif (($(blockdev --getsize64 "$device") - $(ext4_bytes "$device") >= 1024 * 1024)); then
    differs "its file system has $(ext4_bytes "$device") of $(blockdev --getsize64 "$device") bytes"
  fi
}

pool_uuid() {
  blkid --probe --match-tag UUID --output value "$1" || true
}

# pool_is_ours <entry> <device> - a name like /dev/sdb may be another disk's by now.
pool_is_ours() {
  [[ ! -s $1/uuid || $(pool_uuid "$2") == "$(<"$1/uuid")" ]]
}

# pool_mounted_from <path> <device>
pool_mounted_from() {
  mountpoint -q "$1" && [[ $(findmnt --noheadings --output MAJ:MIN --mountpoint "$1" | tr -d ' ') == "$(lsblk --noheadings --nodeps --output MAJ:MIN "$2" | tr -d ' ')" ]]
}

note_pool() {
  local path=${DOC["$1/path"]} device=${DOC["$1/device"]-} entry found
  if noted pool "$path"; then
    entry=${ENTRY["pool $path"]}
    # Made before it was noted which disk it is.
    if [[ -b $device && ! -s $entry/uuid ]] && pool_mounted_from "$path" "$device"; then pool_uuid "$device" >"$entry/uuid"; fi
    if [[ $(entry_field "$entry" device) == "$device" ]]; then return; fi
    # The same disk may have another name.
    if [[ -b $device && -s $entry/uuid ]] && pool_is_ours "$entry" "$device"; then
      printf '%s' "$device" >"$entry/device"
      return
    fi
    if [[ -n $device && ! -b $device ]]; then fail "pool $path" "there is no disk $device" 'see lsblk and /dev/disk/by-id on the host'; fi
    fail "pool $path" "it is on ${DOC["$1/device"]:-a folder} now, and was on $(entry_field "$entry" device)" \
      'give the new pool a path of its own; its volumes are new ones'
  fi
  if [[ -n $device ]]; then
    if [[ ! -b $device ]]; then fail "pool $path" "there is no disk $device" 'see lsblk and /dev/disk/by-id on the host'; fi
    if mountpoint -q "$path"; then fail "pool $path" "something is mounted at $path already" 'choose another path'; fi
    found=$(blkid --probe --output value "$device" | tr '\n' ' ' || true)
    if [[ -n $found || $(lsblk --noheadings --list --output NAME "$device" | wc -l) != 1 ]]; then
      fail "pool $path" "the disk $device is not empty (${found:-it has partitions})" "take another, or empty it: wipefs --all $device"
    fi
  fi
  note_begin pool "$path"
  printf '%s' "$device" >"$NOTE/device"
  note_folders "$path"
  if [[ -n $device ]]; then note_path "$(unit_path "$(pool_unit "$path")")"; fi
  note_end
}

converge_pool() {
  local path=${DOC["$1/path"]} device=${DOC["$1/device"]-} unit
  if [[ ! -d $path ]]; then (umask 022 && mkdir -p "$path"); fi
  if [[ -z $device ]]; then return; fi
  if [[ ! -b $device ]]; then fail "pool $path" "there is no disk $device" 'attach it again; its volumes stay unmounted until then, and pods that want them wait'; fi
  if ! marked pool "$path" made; then
    # It was empty when it was noted; what is there now is what a run that was cut has left.
    run 'see dmesg for disk errors' mkfs.ext4 -q -F -m 0 -E lazy_itable_init=0,lazy_journal_init=0 "$device"
    pool_uuid "$device" >"${ENTRY["pool $path"]}/uuid"
    mark pool "$path" made
    doing "a file system made on $device"
  fi
  if ! pool_is_ours "${ENTRY["pool $path"]}" "$device"; then
    fail "pool $path" "$device is not the disk with the volumes any more" \
      "theirs has the UUID $(<"${ENTRY["pool $path"]}/uuid"): find its name now (lsblk -o NAME,UUID), and set storage.disk to its name below /dev/disk/by-id, which stays with it"
  fi
  unit=$(pool_unit "$path")
  printf '%s\n' "$(pool_unit_text "$1")" | write_file "$(unit_path "$unit")" 644
  enable_unit "$unit"
  # systemd sees it and takes it for the unit's; to start the unit would wait for the disk to be announced, which a host without udev never does.
  if ! mountpoint -q "$path"; then
    run 'see dmesg for disk errors' mount -t ext4 -o nodev,nosuid,noexec,noatime "$device" "$path"
    doing 'mounted'
  elif ! pool_mounted_from "$path" "$device"; then
    fail "pool $path" "another disk than $device is mounted there (findmnt $path)" "umount $path, then run again"
  fi
  if (($(blockdev --getsize64 "$device") - $(ext4_bytes "$device") >= 1024 * 1024)); then fill_pool "$path" "$device"; fi
}

fill_pool() {
  if resize2fs "$2" >/dev/null 2>&1; then return; fi
  if ! umount "$1" 2>/dev/null; then
    fail "pool $1" "its file system cannot grow while volumes are mounted from it, on this kernel" "drain the node, stop the volumes (systemctl stop 'mnt-annex-*.mount'), then run again"
  fi
  ext4_fill "$2"
  run 'see dmesg for disk errors' mount -t ext4 -o nodev,nosuid,noexec,noatime "$2" "$1"
}

# need_pool <volume> <folder> - fails where the document's volumes in that folder are more than its pool allows.
need_pool() {
  local i n kind pool='' sum=0 count=0
  n=$(doc_count /items)
  for ((i = 0; i < n; i++)); do
    kind=${DOC["/items/$i/kind"]}
    if [[ $kind == pool && ${DOC["/items/$i/path"]} == "$2" ]]; then pool=${DOC["/items/$i/size"]-}; fi
    if [[ $kind == volume && ${DOC["/items/$i/image"]} == "$2"/* ]]; then
      sum=$((sum + $(doc_count "/items/$i/size")))
      count=$((count + 1))
    fi
  done
  if [[ -n $pool ]] && ((sum > pool)); then
    fail "volume $1" "the $count volumes in $2 take $sum bytes together, and the pool is $pool" 'make the pool larger, or the volumes smaller or fewer'
  fi
}

remove_pool() {
  local device unit
  device=$(entry_field "$1" device)
  if [[ -n $device ]]; then
    unit=$(pool_unit "$2")
    unit_read "$unit"
    if unit_known; then
      systemctl --quiet disable "$unit" || true
      systemctl stop "$unit" || true
    fi
    if mountpoint -q "$2"; then fail "pool $2" "$2 is still in use" "end what uses it (fuser -vm $2 shows it), then run again"; fi
    restore_path "$1" "$(unit_path "$unit")"
    systemctl daemon-reload
    systemctl reset-failed "$unit" 2>/dev/null || true
    if [[ -b $device ]]; then
      if pool_is_ours "$1" "$device"; then
        run 'see dmesg for disk errors' wipefs --all --quiet "$device"
      else
        doing "$device is another disk by now, and stays as it is"
      fi
    fi
  fi
  restore_folders "$1" "$2"
}
