# The ledger: what was on the host before annex, written before each change, one folder per entry:
#   /var/lib/annex/ledger/<section>/<number>-<kind>/{kind,id,...}
# Numbers rise over all sections, so that "later" has a meaning between them.

readonly STATE_DIR=/var/lib/annex
readonly LEDGER=$STATE_DIR/ledger

SECTION=''
declare -A ENTRY=()   # "<kind> <id>" -> folder, of this section
declare -A CLAIMED=() # "<kind> <id>" -> yes, for what the document asks for

# ledger_open <section> - reads the section's entries; drops what a cut run left half written.
ledger_open() {
  SECTION=$1
  rm -rf "$LEDGER/$SECTION"/.half-*
  load_entries
  local dir
  for dir in "$LEDGER/$SECTION"/[0-9]*; do
    # A section that was removed handed its older entry over; the older one knows the true state before.
    if [[ -d $dir && ${ENTRY["$(<"$dir/kind") $(<"$dir/id")"]} != "$dir" ]]; then rm -rf "$dir"; fi
  done
}

load_entries() {
  ENTRY=()
  local dir key
  for dir in "$LEDGER/$SECTION"/[0-9]*; do
    if [[ ! -d $dir ]]; then continue; fi
    if [[ ! -s $dir/kind || ! -s $dir/id ]]; then
      fail '' "the ledger's entry $dir is damaged: it does not say what it is about" \
        'look at what is in it and at its number (entries are in the order of the changes), put back by hand what it holds, take the folder away, then run again'
    fi
    key="$(<"$dir/kind") $(<"$dir/id")"
    if [[ -z ${ENTRY["$key"]-} ]]; then ENTRY["$key"]=$dir; fi
  done
}

# noted <kind> <id> - whether this section has an entry for it.
noted() {
  [[ -n ${ENTRY["$1 $2"]-} ]]
}

# claim <kind> <id> - the document asks for it.
claim() {
  CLAIMED["$1 $2"]=yes
}

# note_begin <kind> <id> - opens an entry: files are put into NOTE, then note_end makes it count (or note_queue, and note_commit for all).
note_begin() {
  local fd
  if [[ ! -d $LEDGER/$SECTION ]]; then mkdir -p "$LEDGER/$SECTION"; fi
  # Other sections may take a number at the same time.
  exec {fd}<"$LEDGER"
  flock "$fd"
  last_number
  printf -v NOTE_NAME '%06d-%s' $((LAST + 1)) "$1"
  NOTE=$LEDGER/$SECTION/.half-$NOTE_NAME
  mkdir "$NOTE"
  exec {fd}<&-
  printf '%s' "$1" >"$NOTE/kind"
  printf '%s' "$2" >"$NOTE/id"
}

# last_number - the highest of any section, into LAST. By globs: an entry may get its final name meanwhile, which find takes for a failure.
# Six digits each, so that the last name of a section has its highest.
last_number() {
  local section entry number ended begun
  LAST=0
  for section in "$LEDGER"/*/; do
    # In this order: one that ends in between is seen twice, and not never.
    begun=("$section".half-*)
    ended=("$section"??????-*)
    for entry in "${ended[-1]}" "${begun[-1]}"; do
      number=${entry##*/}
      number=${number#.half-}
      number=${number%%-*}
      if [[ $number =~ ^[0-9]+$ ]] && ((10#$number > LAST)); then LAST=$((10#$number)); fi
    done
  done
}

UNFLUSHED='' # entries were made, and their names may not be on the disk yet

QUEUED=() # names of entries that are written, and do not count yet

# note_queue - ends the open entry, which counts from note_commit on: many entries at once cost one wait for the disk.
note_queue() {
  QUEUED+=("$NOTE_NAME")
}

# note_commit - makes all queued entries count. After a power cut an entry is whole or not there.
note_commit() {
  local name dir file paths=()
  if ((${#QUEUED[@]} == 0)); then return; fi
  for name in "${QUEUED[@]}"; do
    dir=$LEDGER/$SECTION/.half-$name
    paths+=("$dir")
    for file in "$dir"/*; do
      if [[ -f $file && ! -L $file ]]; then paths+=("$file"); fi
    done
  done
  sync "${paths[@]}"
  for name in "${QUEUED[@]}"; do
    dir=$LEDGER/$SECTION/$name
    mv -T "$LEDGER/$SECTION/.half-$name" "$dir"
    ENTRY["$(<"$dir/kind") $(<"$dir/id")"]=$dir
  done
  QUEUED=()
  UNFLUSHED=yes
}

note_end() {
  note_queue
  note_commit
}

# flush_ledger - before each change: what was there before it must outlive a power cut.
flush_ledger() {
  if [[ -z $UNFLUSHED ]]; then return; fi
  sync "$LEDGER/$SECTION" "$LEDGER"
  UNFLUSHED=''
}

# note_path <path> - into the open entry: what is at the path now, and which of its parent folders do not exist.
note_path() {
  if [[ -e $1 || -L $1 ]]; then cp -a "$1" "$NOTE/before$(path_name "$1")"; fi
  parent_of "$1"
  note_folders "$PARENT"
}

# note_folders <folder> - which of it and its parents do not exist but for annex, the innermost first. Several sections may use a
# folder, and whichever goes last takes it away.
note_folders() {
  local folder=$1
  while [[ ! -d $folder ]] || grep -qsxF -- "$folder" "$LEDGER"/*/[0-9]*/folders*; do
    printf '%s\n' "$folder" >>"$NOTE/folders$(path_name "$1")"
    parent_of "$folder"
    folder=$PARENT
  done
}

# restore_path <entry> <path> - puts back what note_path saw.
restore_path() {
  local before
  parent_of "$2"
  before=$1/before$(path_name "$2")
  rm -f "$2.annex-new"
  if [[ -e $before || -L $before ]]; then
    mkdir -p "$PARENT"
    cp -a "$before" "$2.annex-new"
    if [[ -f $2.annex-new && ! -L $2.annex-new ]]; then sync "$2.annex-new"; fi
    mv -T "$2.annex-new" "$2"
  else
    rm -f "$2"
  fi
  restore_folders "$1" "$PARENT"
}

# restore_folders <entry> <folder> - removes those that note_folders did not see, if nobody put anything there.
restore_folders() {
  local folder noted
  noted=$1/folders$(path_name "$2")
  if [[ ! -e $noted ]]; then return; fi
  while read -r folder; do
    if [[ -d $folder ]]; then rmdir --ignore-fail-on-non-empty "$folder"; fi
  done <"$noted"
}

# parent_of <path> - the folder that it is in, into PARENT.
parent_of() {
  PARENT=${1%/*}
  PARENT=${PARENT:-/}
}

# A path as part of a file's name.
path_name() {
  printf '%s' "${1//\//%}"
}

# mark/unmark/marked <kind> <id> <name> - a thing still to be done, kept over a cut (a restart after a new file).
mark() { : >"${ENTRY["$1 $2"]}/$3"; }
unmark() { rm -f "${ENTRY["$1 $2"]}/$3"; }
marked() { noted "$1" "$2" && [[ -e ${ENTRY["$1 $2"]}/$3 ]]; }

# entry_field <entry> <name> - on stdout, empty when there is none.
entry_field() {
  if [[ -e $1/$2 ]]; then cat "$1/$2"; fi
}

# section_entries - this section's entries into ENTRIES, last first.
section_entries() {
  ENTRIES=()
  if [[ -d $LEDGER/$SECTION ]]; then
    mapfile -t ENTRIES < <(find "$LEDGER/$SECTION" -mindepth 1 -maxdepth 1 -name '[0-9]*' | sort -r)
  fi
}

# other_entry <kind> <id> - another section's entry for the same thing, on stdout; fails when there is none.
other_entry() {
  local dir
  for dir in "$LEDGER"/*/[0-9]*-"$1"; do
    [[ -d $dir && $dir != "$LEDGER/$SECTION"/* && $(<"$dir/id") == "$2" ]] || continue
    printf '%s' "$dir"
    return 0
  done
  return 1
}

# undo <entry> - restores what was before, then forgets the entry. A thing that a later section also wants
# stays: the entry goes to that section, which restores it when it is removed.
undo() {
  local dir=$1 kind id other
  kind=$(<"$dir/kind")
  id=$(<"$dir/id")
  step "$kind" "$id"
  if other=$(other_entry "$kind" "$id") && [[ ${other##*/} > ${dir##*/} ]]; then
    hand_over "$dir" "${other%/*}"
    unchanged "$kind" "$id"
    ENTRY["$kind $id"]=''
    return
  fi
  "remove_$kind" "$dir" "$id"
  if [[ -d $dir ]]; then
    mv -T "$dir" "$LEDGER/$SECTION/.half-gone"
    rm -rf "$LEDGER/$SECTION/.half-gone"
    changed "$kind" "$id" 'as it was before'
  fi
  ENTRY["$kind $id"]=''
}

# hand_over <entry> <section folder>
hand_over() {
  mv -T "$1" "$2/${1##*/}"
}

# section_owner - on stdout; nothing where nobody said.
section_owner() {
  entry_field "$LEDGER/$SECTION" .owner
}

# forget_section - with the last section gone, nothing of annex is left.
forget_section() {
  rm -rf "${LEDGER:?}/$SECTION"
  rmdir --ignore-fail-on-non-empty "$LEDGER" "$STATE_DIR" 2>/dev/null || true
}
