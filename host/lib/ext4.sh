# File systems of volumes, and of the disk that holds them.

# ext4_bytes <device or image> - blocks times their size, as the file system itself says.
ext4_bytes() {
  dumpe2fs -h "$1" 2>/dev/null | awk '/^Block count:/ { count = $3 } /^Block size:/ { size = $3 } END { printf "%.0f", count * size }'
}

# ext4_fill <device or image> - resize2fs wants a file system that was checked just now. e2fsck ends with 1 where it has repaired something.
ext4_fill() {
  local code=0
  e2fsck -f -p "$1" >/dev/null 2>&1 || code=$?
  if ((code > 1)); then fail "$ITEM" "e2fsck has found errors in $1 that it does not repair by itself (exit code $code)" "run e2fsck $1 on the host"; fi
  run 'see dmesg for disk errors' resize2fs "$1"
}
