# remove: undoes a section from its ledger, last first. A section that is not there is removed already.
remove() {
  local dir
  lock "removal of $SECTION"
  ledger_open "$SECTION"
  section_entries
  for dir in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    if [[ -d $dir ]]; then undo "$dir"; fi
  done
  ITEM=''
  rm -rf "${LEDGER:?}/$SECTION"
  ledger_close
  print_result "$SECTION"
  unlock
}
