# Tells the cluster, through CONTEXT, that NODE is out of service when it no longer answers, so that its pods end without it (KEP-2268).
# Runs where pulumi runs, before whatever has pods there is deleted; a node that answers is left alone.
set -euo pipefail

cluster() {
  kubectl --context "$CONTEXT" "$@"
}

ready=$(cluster --request-timeout 30s get node "$NODE" --ignore-not-found -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')
case $ready in
  Unknown) ;;
  True)
    # A node that has just gone counts as Ready for most of a minute (--node-monitor-grace-period), so its kubelet is asked.
    # Whoever may not ask goes by what the cluster says.
    if answer=$(cluster --request-timeout 10s get --raw "/api/v1/nodes/$NODE/proxy/healthz" 2>&1) || [[ $answer == *Forbidden* ]]; then exit 0; fi
    printf '%s is Ready, but its kubelet does not answer: waiting up to 90 s until the cluster has noticed\n' "$NODE" >&2
    cluster wait "node/$NODE" --for condition=Ready=Unknown --timeout 90s >/dev/null 2>&1 || exit 0
    ;;
  *) exit 0 ;;
esac

# It may be rebooting.
if cluster wait "node/$NODE" --for condition=Ready --timeout "${ANNEX_UNREACHABLE_SECONDS:-120}s" >/dev/null 2>&1; then exit 0; fi

cluster --request-timeout 30s taint node "$NODE" --overwrite node.kubernetes.io/out-of-service=nodeshutdown:NoExecute >/dev/null
printf '%s does not answer: its pods are ended without it\n' "$NODE" >&2
