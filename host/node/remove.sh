# Drains NODE and deletes it, through CONTEXT. Runs where pulumi runs; a node that is gone is drained.
set -euo pipefail

cluster() {
  kubectl --context "$CONTEXT" --request-timeout 30s "$@"
}

# On a line of its own: a cluster that does not answer is no node that is gone.
found=$(cluster get node "$NODE" --ignore-not-found -o name)
if [[ -z $found ]]; then exit 0; fi

# The pods of a node that no longer answers never end; they go with the node.
if ! cluster drain "$NODE" --ignore-daemonsets --delete-emptydir-data --force --timeout 120s >/dev/null; then
  printf '%s was not drained within 120 s; its pods end with it\n' "$NODE" >&2
fi
cluster delete node "$NODE" --ignore-not-found --wait=false >/dev/null
