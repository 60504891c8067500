# remove: undoes a section from its ledger, last first. A section that is not there is removed already; one that another resource has
# taken over stays.
remove() {
  local dir owner=${DOC["/owner"]-} its
  lock "section-$SECTION" exclusive "removal of $SECTION"
  lock host exclusive "removal of $SECTION"
  clear_scratch
  its=$(section_owner)
  if [[ -n $owner && -n $its && $its != "$owner" ]]; then
    doing "stays: it is ${its#* }'s now"
    print_result "$SECTION"
    unlock host
    unlock "section-$SECTION"
    return
  fi
  ledger_open "$SECTION"
  section_entries
  for dir in ${ENTRIES[@]+"${ENTRIES[@]}"}; do
    if [[ -d $dir ]]; then undo "$dir"; fi
  done
  ITEM=''
  forget_section
  # Of a run that failed. Whoever still had it would have the host's as well.
  rm -f "$RUN_DIR/packages.lock"
  print_result "$SECTION"
  unlock host
  unlock "section-$SECTION"
}
