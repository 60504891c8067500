# Drains a node and deletes it from the cluster. Runs where `pulumi` runs: only that credential may evict pods and delete nodes.
# ANNEX_CONTEXT: context of the kubeconfig; ANNEX_NODE: name of the node.
set -euo pipefail

ask() {
  kubectl --context "$ANNEX_CONTEXT" --request-timeout=15s "$@"
}

if [[ -z $(ask get node "$ANNEX_NODE" --ignore-not-found -o name) ]]; then
  echo "node $ANNEX_NODE is not in the cluster: unchanged"
  exit 0
fi
# The kubelet of a dead node ends no pods, so there is nothing to wait for; deleting the node frees them.
wait=120s
if [[ $(ask get node "$ANNEX_NODE" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}') != True ]]; then
  wait=5s
fi
if ! kubectl --context "$ANNEX_CONTEXT" drain "$ANNEX_NODE" --ignore-daemonsets --delete-emptydir-data --force --timeout="$wait"; then
  if [[ $wait == 120s ]]; then
    echo "node $ANNEX_NODE could not be drained in $wait: see the pods above, then run pulumi destroy again" >&2
    exit 1
  fi
  echo "node $ANNEX_NODE is not Ready and was not drained" >&2
fi
ask delete node "$ANNEX_NODE" --ignore-not-found
echo "node $ANNEX_NODE: drained and deleted"
