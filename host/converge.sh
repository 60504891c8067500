# converge: brings each item of the document there, in order. Each kind has, in kinds/<kind>.sh:
#   id_<kind> <pointer>         the item's name within its kind, into ID (what the ledger and the report call it)
#   look_<kind> <pointer>       says what differs, through differs; changes nothing
#   note_<kind> <pointer>       writes the ledger entry, when there is none: what is there before the change
#   converge_<kind> <pointer>   makes the host as the item says
#   remove_<kind> <entry> <id>  puts back what the entry holds; must bear being run twice
# and, where an item has several ledger entries, claims_<kind> <pointer>, which names them through claim.

converge() {
  local i n kind
  n=$(doc_count /items)
  lock "section-$SECTION" exclusive "converge of $SECTION"
  lock host shared "converge of $SECTION"
  clear_scratch
  ledger_open "$SECTION"
  own_section
  for ((i = 0; i < n; i++)); do
    kind=${DOC["/items/$i/kind"]}
    if declare -F "claims_$kind" >/dev/null; then
      "claims_$kind" "/items/$i"
    else
      "id_$kind" "/items/$i"
      claim "$kind" "$ID"
    fi
  done
  drop_unclaimed
  for ((i = 0; i < n; i++)); do converge_item "/items/$i"; done
  ITEM=''
  remember_document
  print_result "$SECTION"
  unlock host
  unlock "section-$SECTION"
}

# Whose the section is, as "<project>/<stack> <resource>": the last one, so that the removal of a resource that was renamed takes nothing away.
own_section() {
  local owner=${DOC["/owner"]-} before
  before=$(section_owner)
  if [[ -z $owner || $owner == "$before" ]]; then return; fi
  if [[ -n $before && ${before%% *} != "${owner%% *}" ]]; then
    fail '' "the section $SECTION of this host belongs to the stack ${before%% *}, not to ${owner%% *}: two stacks would undo each other's work" \
      "give this stack a host of its own, or take the host out of the other one first; where that stack is gone: \"belongs to the stack\" in docs/operations.md"
  fi
  mkdir -p "$LEDGER/$SECTION"
  printf '%s' "$owner" | write_file "$LEDGER/$SECTION/.owner" 600
}

# What an earlier document asked for and this one does not goes first, so that ports and names are free.
drop_unclaimed() {
  local dir dirs
  if [[ -z $(unclaimed) ]]; then return; fi
  unlock host
  lock host exclusive "converge of $SECTION"
  mapfile -t dirs < <(unclaimed)
  for dir in "${dirs[@]}"; do
    if [[ -d $dir ]]; then undo "$dir"; fi
  done
}

# unclaimed - the entries that the document no longer asks for, last first.
unclaimed() {
  local dir
  section_entries
  for dir in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    if [[ -z ${CLAIMED["$(<"$dir/kind") $(<"$dir/id")"]-} && ! -e $dir/dependency ]]; then printf '%s\n' "$dir"; fi
  done
}

converge_item() {
  local pointer=$1 kind=${DOC["$1/kind"]} id what
  "id_$kind" "$pointer"
  id=$ID
  step "$kind" "$id"
  DIFFS=()
  "look_$kind" "$pointer"
  "note_$kind" "$pointer"
  if ((${#DIFFS[@]} == 0)); then
    unchanged "$kind" "$id"
    return
  fi
  what=$(join_lines "${DIFFS[@]}")
  flush_ledger
  "converge_$kind" "$pointer"
  DIFFS=()
  "look_$kind" "$pointer"
  if ((${#DIFFS[@]} > 0)); then
    fail "$kind $id" "it was changed, but still: $(join_lines "${DIFFS[@]}")" \
      'see what else on the host changes it back (journalctl, other configuration management)'
  fi
  changed "$kind" "$id" "$what"
}

# What the host was brought to, without secrets: look compares the host with it later.
remember_document() {
  local pointer
  section_entries
  if ((${#ENTRIES[@]} == 0)); then
    forget_section
    return
  fi
  for pointer in "${!DOC[@]}"; do
    if [[ $pointer == /generation || $pointer == /items* ]]; then printf '%s\0' "$pointer" "${DOC["$pointer"]}"; fi
  done >"$LEDGER/$SECTION/.converged-new"
  sync "$LEDGER/$SECTION/.converged-new"
  mv -T "$LEDGER/$SECTION/.converged-new" "$LEDGER/$SECTION/.converged"
}

join_lines() {
  local IFS=';'
  local all="$*"
  printf '%s' "${all//;/; }"
}
