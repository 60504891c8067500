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
  lock "converge of $SECTION"
  ledger_open "$SECTION"
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
  ledger_close
  print_result "$SECTION"
  unlock
}

# What an earlier document asked for and this one does not goes first, so that ports and names are free.
drop_unclaimed() {
  local dir kind id
  section_entries
  for dir in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    [[ -d $dir ]] || continue
    kind=$(<"$dir/kind")
    id=$(<"$dir/id")
    if [[ -z ${CLAIMED["$kind $id"]-} && ! -e $dir/dependency ]]; then undo "$dir"; fi
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
  mkdir -p "$LEDGER/$SECTION"
  for pointer in "${!DOC[@]}"; do
    if [[ $pointer == /generation || $pointer == /items* ]]; then printf '%s\0' "$pointer" "${DOC["$pointer"]}"; fi
  done >"$LEDGER/$SECTION/.converged-new"
  mv -T "$LEDGER/$SECTION/.converged-new" "$LEDGER/$SECTION/.converged"
}

join_lines() {
  local IFS=';'
  local all="$*"
  printf '%s' "${all//;/; }"
}
