# write_file <path> <mode> - from stdin, whole or not at all. The temporary name is always the same,
# so that a cut leaves nothing that the next run or the removal does not clear.
write_file() {
  local folder=${1%/*}
  if [[ ! -d $folder ]]; then (umask 022 && mkdir -p "$folder"); fi
  if [[ -e $1.annex-new || -L $1.annex-new ]]; then rm -f "$1.annex-new"; fi
  cat >"$1.annex-new"
  chmod "$2" "$1.annex-new"
  # After a power cut it is the old file or the new one, not an empty one.
  sync "$1.annex-new"
  mv -T "$1.annex-new" "$1"
}

# file_is <path> <mode> <content> - whether it is a plain file, root's, of that mode and content.
file_is() {
  [[ -f $1 && ! -L $1 && $(stat -c '%a %u %g' "$1") == "$(mode_of "$2") 0 0" ]] || return 1
  cmp -s "$1" <(printf '%s' "$3")
}

mode_of() {
  printf '%o' "0$1"
}
