# remove: undoes a section from its ledger, last first. A section that is not there is removed already.
remove() {
  local dir
  lock "section-$SECTION" exclusive "removal of $SECTION"
  lock host exclusive "removal of $SECTION"
  clear_scratch
  ledger_open "$SECTION"
  section_entries
  for dir in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    if [[ -d $dir ]]; then undo "$dir"; fi
  done
  ITEM=''
  forget_section
  print_result "$SECTION"
  unlock host
  unlock "section-$SECTION"
}
