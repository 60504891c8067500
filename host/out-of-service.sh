# Tells the cluster, through CONTEXT, that NODE is out of service when it no longer answers, so that its pods end without it (KEP-2268).
# Runs where pulumi runs, before whatever has pods there is deleted; a node that answers is left alone.
set -euo pipefail

cluster() {
  kubectl --context "$CONTEXT" "$@"
}

ready=$(cluster --request-timeout 30s get node "$NODE" --ignore-not-found -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')
if [[ $ready != Unknown ]]; then exit 0; fi

# It may be rebooting.
if cluster wait "node/$NODE" --for condition=Ready --timeout "${ANNEX_UNREACHABLE_SECONDS:-120}s" >/dev/null 2>&1; then exit 0; fi

cluster --request-timeout 30s taint node "$NODE" --overwrite node.kubernetes.io/out-of-service=nodeshutdown:NoExecute >/dev/null
printf '%s does not answer: its pods are ended without it\n' "$NODE" >&2
