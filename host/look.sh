# look: facts about the host; for each section that was converged, what is no longer so; for each document, what converge would change.
# Reads only.
# The input is { documents: [...], probes: { dial: [{ to, from? }], pool?: { path, device? } } }.

look() {
  local n i
  RESULT=(/facts o '' /documents a '')
  facts_system
  facts_kernel
  facts_network
  facts_software
  facts_firewalls
  facts_engine
  facts_probes
  facts_pool_room
  look_converged
  n=$(doc_count /documents)
  for ((i = 0; i < n; i++)); do look_document "/documents/$i"; done
  printf '%s\0' "${RESULT[@]}" | json_build
}

# fact <pointer below /facts> <type> <value>
fact() {
  RESULT+=("/facts/$1" "$2" "$3")
}

# list_fact <pointer> <type> - one element per line of stdin.
list_fact() {
  local line
  fact "$1" a ''
  while read -r line; do fact "$1/+" "$2" "$line"; done
}

look_converged() {
  local stored flat=() i count=0
  RESULT+=(/converged a '')
  for stored in "$LEDGER"/*/.converged; do
    if [[ ! -f $stored ]]; then continue; fi
    mapfile -d '' flat <"$stored"
    for ((i = 0; i < ${#flat[@]}; i += 2)); do DOC["/converged/$count${flat[i]}"]=${flat[i + 1]}; done
    DOC["/converged/$count/section"]=$(basename "$(dirname "$stored")")
    RESULT+=(/converged/+/generation n "$(doc "/converged/$count/generation" 0)")
    look_items "/converged/$count" /converged/-
    count=$((count + 1))
  done
}

look_document() {
  RESULT+=(/documents/+ o '')
  look_items "$1" /documents/-
}

# look_items <document's pointer> <result's pointer>
look_items() {
  local n i kind what
  SECTION=$(doc "$1/section")
  RESULT+=("$2/section" s "$SECTION" "$2/differences" a '')
  load_entries
  n=$(doc_count "$1/items")
  for ((i = 0; i < n; i++)); do
    kind=$(doc "$1/items/$i/kind")
    "id_$kind" "$1/items/$i"
    DIFFS=()
    "look_$kind" "$1/items/$i"
    for what in ${DIFFS[@]+"${DIFFS[@]}"}; do
      RESULT+=("$2/differences/+/kind" s "$kind" "$2/differences/-/id" s "$ID" "$2/differences/-/what" s "$what")
    done
  done
}
