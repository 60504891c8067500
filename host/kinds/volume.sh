# volume: name, path (mount point), image (backing file), size (bytes): an ext4 file system in a file of exactly that size,
# with all its blocks allocated, mounted before kubelet starts. Its size is hard because the file system ends there.
# Data belongs into its folder "data", which is not there while the file system is not mounted: so whoever wants the volume
# then gets an error, and not the disk below.

id_volume() {
  ID=${DOC["$1/name"]}
}

volume_unit() {
  systemd-escape --path --suffix=mount "$1"
}

volume_unit_text() {
  cat <<TEXT
[Unit]
Description=annex volume ${DOC["$1/name"]}
Before=kubelet.service

[Mount]
What=${DOC["$1/image"]}
Where=${DOC["$1/path"]}
Type=ext4
Options=loop,nodev,nosuid,noatime,noinit_itable

[Install]
WantedBy=kubelet.service multi-user.target
TEXT
}

volume_size() {
  if [[ -e $1 ]]; then stat -c %s "$1"; else printf 0; fi
}

volume_allocated() {
  local blocks
  blocks=$(stat -c '%b * %B' "$1")
  ((blocks >= $(stat -c %s "$1")))
}

look_volume() {
  local path=${DOC["$1/path"]} image=${DOC["$1/image"]} size=${DOC["$1/size"]} unit
  unit=$(volume_unit "$path")
  if [[ ! -e $image ]]; then
    differs "does not exist ($size bytes)"
  elif [[ $(volume_size "$image") != "$size" ]]; then
    differs "is $(volume_size "$image") bytes, not $size"
  else
    if ! volume_allocated "$image"; then differs 'is not fully allocated'; fi
    if [[ $(ext4_bytes "$image") != "$size" ]]; then differs "its file system has $(ext4_bytes "$image") bytes, not $size"; fi
  fi
  if ! file_is "$(unit_path "$unit")" 644 "$(volume_unit_text "$1")"$'\n'; then differs 'not mounted at boot'; fi
  unit_read "$unit"
  if [[ ${UNIT[NeedDaemonReload]-} == yes ]]; then differs 'systemd has not read its unit yet'; fi
  if ! unit_enabled true; then differs 'its mount is not enabled'; fi
  if ! mountpoint -q "$path"; then
    differs 'not mounted'
  elif [[ ! -d $path/data && ! -d $path/restoring ]]; then
    differs 'has no folder for data'
  fi
}

note_volume() {
  local name=${DOC["$1/name"]} path=${DOC["$1/path"]} image=${DOC["$1/image"]} noted
  if noted volume "$name"; then
    noted=${ENTRY["volume $name"]}
    if [[ $(entry_field "$noted" path) != "$path" || $(entry_field "$noted" image) != "$image" ]]; then
      fail "volume $name" "it is at $(entry_field "$noted" path) in $(entry_field "$noted" image), and a volume cannot be moved" \
        'give the new place a volume of another name'
    fi
    return
  fi
  if [[ -e $image ]]; then fail "volume $name" "there is a file $image already, and it is not annex's" 'choose another image, or move the file away'; fi
  if mountpoint -q "$path"; then fail "volume $name" "something is mounted at $path already" 'choose another path'; fi
  if [[ -e $(unit_path "$(volume_unit "$path")") ]]; then fail "volume $name" "there is a unit $(unit_path "$(volume_unit "$path")") already" 'take it away, or choose another path'; fi
  note_begin volume "$name"
  printf '%s' "$path" >"$NOTE/path"
  printf '%s' "$image" >"$NOTE/image"
  note_path "$image"
  note_folders "$path"
  note_path "$(unit_path "$(volume_unit "$path")")"
  note_end
}

converge_volume() {
  local name=${DOC["$1/name"]} path=${DOC["$1/path"]} image=${DOC["$1/image"]} size=${DOC["$1/size"]} unit
  unit=$(volume_unit "$path")
  if ! type mkfs.ext4 >/dev/null 2>&1; then fail "volume $name" 'the host has no mkfs.ext4' 'install the package e2fsprogs first'; fi
  await_wipe "$name" "$image"
  if [[ ! -e $image ]]; then
    # The unit is written when there is something to mount.
    if [[ -e $(unit_path "$unit") ]]; then
      fail "volume $name" "its file $image is not there" \
        "see whether its disk is mounted (findmnt $(dirname "$image")) and run again; if it is lost, take the volume out of storage.volumes, update, and add it again: it begins empty then"
    fi
    make_image "$name" "$image" "$size"
  elif (($(volume_size "$image") > size)); then
    fail "volume $name" "it is $(volume_size "$image") bytes, and a volume cannot be made smaller ($size): what is in it could be lost" \
      "leave its size at $(volume_size "$image"), or make a new volume and copy the data"
  elif (($(volume_size "$image") < size)); then
    grow_image "$name" "$image" "$size"
  fi
  if [[ ! -d $path ]]; then (umask 022 && mkdir -p "$path"); fi
  printf '%s\n' "$(volume_unit_text "$1")" | write_file "$(unit_path "$unit")" 644
  enable_unit "$unit"
  # Starting a mount that is up would wait for its loop device, which a host without udev never announces.
  if ! mountpoint -q "$path"; then
    run "see journalctl -u '$unit'; the host needs a free loop device (losetup -f)" systemctl start "$unit"
    doing 'mounted'
  fi
  if [[ $(ext4_bytes "$image") != "$size" ]]; then fill_volume "$path" "$image"; fi
  # Zeros that the kernel writes through a loop device become holes.
  if ! volume_allocated "$image"; then run 'free some disk space' fallocate --length "$size" "$image"; fi
  # A backup that is only half read has taken the folder away (annex-volume restore).
  if [[ ! -d $path/data && ! -d $path/restoring ]]; then mkdir -m 755 "$path/data"; fi
}

# annex-volume may be about to give it a new file system; that takes seconds.
await_wipe() {
  local deadline=$((SECONDS + 60))
  while [[ -e $2.wiping ]]; do
    if ((SECONDS >= deadline)); then fail "volume $1" "$2.wiping says that it has been wiped for more than 60 s" 'see journalctl -u annex-volume; systemctl restart annex-volume takes it up again'; fi
    sleep 0.2
  done
}

# The file grows first; a cut between the two is seen by the next look.
grow_image() {
  need_space "$1" "$2" $(($3 - $(volume_size "$2")))
  run 'free some disk space' fallocate --length "$3" "$2"
  doing "grown to $3 bytes"
}

# fill_volume <mount point> <image> - the file system takes all of its file: mounted, or where the kernel does not allow that, while nobody uses it.
fill_volume() {
  local device unit
  device=$(findmnt --noheadings --output SOURCE --mountpoint "$1")
  run 'see dmesg for disk errors' losetup --set-capacity "$device"
  if resize2fs "$device" >/dev/null 2>&1; then return; fi
  unit=$(volume_unit "$1")
  systemctl stop "$unit" || true
  if mountpoint -q "$1"; then fail "$ITEM" 'its file system cannot grow while it is in use, on this kernel' 'scale its workload to 0, then run again'; fi
  ext4_fill "$2"
  run "see journalctl -u '$unit'" systemctl start "$unit"
}

# Under a temporary name until it holds a file system: a cut leaves no half image.
make_image() {
  need_space "$1" "$2" "$3"
  (umask 022 && mkdir -p "$(dirname "$2")")
  rm -f "$2.annex-new"
  allocate "$2.annex-new" "$3"
  doing "$3 bytes allocated"
  run 'see dmesg for disk errors' mkfs.ext4 -q -m 0 -E nodiscard,lazy_itable_init=0,lazy_journal_init=0 -L "${1:0:16}" "$2.annex-new"
  mv -T "$2.annex-new" "$2"
  # Before the unit, which says that it is there.
  sync "$(dirname "$2")"
}

# Blocks for all of it: a sparse file would promise what the disk may not have. Where the file system cannot allocate
# without writing, zeros are written.
allocate() {
  if fallocate --length "$2" "$1" 2>/dev/null && volume_allocated "$1"; then return; fi
  run 'free some disk space' dd if=/dev/zero "of=$1" bs=1M iflag=count_bytes "count=$2" status=none
}

# need_space <name> <image> <bytes> - in the pool as the document bounds it, and on its disk.
need_space() {
  local folder free
  folder=$(dirname "$2")
  need_pool "$1" "$folder"
  while [[ ! -d $folder ]]; do folder=$(dirname "$folder"); done
  free=$(df --output=avail -B 1 "$folder" | tail -n 1)
  if ((free < $3 + 64 * 1024 * 1024)); then
    fail "volume $1" "it needs $3 more bytes in $folder, where $free are free (64 MiB are left for others)" 'make it smaller, or free some disk space'
  fi
}

remove_volume() {
  local path image unit
  path=$(entry_field "$1" path)
  image=$(entry_field "$1" image)
  unit=$(volume_unit "$path")
  unit_read "$unit"
  if unit_known; then
    systemctl --quiet disable "$unit" || true
    systemctl stop "$unit" || true
  fi
  if mountpoint -q "$path"; then
    fail "volume $2" "$path is still in use" 'end what uses it (drain the node first; fuser -vm '"$path"' shows it), then run again'
  fi
  restore_path "$1" "$(unit_path "$unit")"
  systemctl daemon-reload
  systemctl reset-failed "$unit" 2>/dev/null || true
  rm -f "$image.wiping"
  restore_path "$1" "$image"
  restore_folders "$1" "$path"
}
