# Waits for NODE, through CONTEXT, where drain.sh has said so, until it is Ready with the minors KUBELET and CONTAINERD; then it takes pods again, unless
# somebody else keeps them away.
# Runs where pulumi runs, after the host was changed.
set -euo pipefail

cluster() {
  kubectl --context "$CONTEXT" --request-timeout 30s "$@"
}

if ((DRAINS == 0)); then exit 0; fi
upgrade=$(cluster get node "$NODE" --ignore-not-found -o 'jsonpath={.metadata.annotations.annex/upgrade}')
if [[ -z $upgrade ]]; then exit 0; fi

# A node that has just gone counts as Ready for most of a minute; a kubelet that has come back says its version along with it.
deadline=$((SECONDS + 300))
until
  now=$(cluster get node "$NODE" -o 'jsonpath={.status.nodeInfo.kubeletVersion} {.status.nodeInfo.containerRuntimeVersion} Ready={.status.conditions[?(@.type=="Ready")].status}') &&
    [[ $now == "v$KUBELET."*" containerd://$CONTAINERD."*" Ready=True" ]]
do
  if ((SECONDS >= deadline)); then
    printf '%s is not back 300 s after its upgrade, so nothing goes on here (it has: %s; to be: v%s containerd://%s Ready=True). journalctl -u kubelet on it may say why; then update again\n' \
      "$NODE" "${now:-no answer}" "$KUBELET" "$CONTAINERD" >&2
    exit 1
  fi
  sleep 2
done
if [[ $upgrade == cordoned ]]; then
  cluster patch node "$NODE" --patch '{"metadata":{"annotations":{"annex/upgrade":null}},"spec":{"unschedulable":null}}' >/dev/null
  printf '%s is Ready and takes pods again\n' "$NODE" >&2
else
  cluster annotate node "$NODE" annex/upgrade- >/dev/null
  printf '%s is Ready\n' "$NODE" >&2
fi
