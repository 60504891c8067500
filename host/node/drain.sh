# Sends the pods of NODE away where its kubelet or its containerd is of another minor than KUBELET and CONTAINERD, through CONTEXT.
# Runs where pulumi runs, before the packages are changed; uncordon.sh ends it. What cannot be drained takes pods again and is not changed.
set -euo pipefail

cluster() {
  kubectl --context "$CONTEXT" --request-timeout 30s "$@"
}

# On a line of its own: a cluster that does not answer is no node that is still to come.
found=$(cluster get node "$NODE" --ignore-not-found -o 'jsonpath={.status.nodeInfo.kubeletVersion} {.status.nodeInfo.containerRuntimeVersion} {.status.conditions[?(@.type=="Ready")].status} {.spec.unschedulable}')
if [[ -z $found ]]; then exit 0; fi
read -r kubelet containerd ready cordoned <<<"$found"
if [[ $kubelet == "v$KUBELET".* && $containerd == "containerd://$CONTAINERD".* ]]; then exit 0; fi

# The pods of a node that does not answer never end, and the new packages may be what mends it.
if [[ $ready != True ]]; then
  printf '%s is not Ready, so its pods cannot be sent away: it is changed with them\n' "$NODE" >&2
  exit 0
fi

# Somebody's own cordon stays when the pods come again.
if [[ -z $cordoned ]]; then
  cluster patch node "$NODE" --patch '{"metadata":{"annotations":{"annex/cordoned":"upgrade"}},"spec":{"unschedulable":true}}' >/dev/null
fi
printf '%s runs kubelet %s and %s, and is to run %s and %s: its pods are sent away\n' "$NODE" "$kubelet" "$containerd" "$KUBELET" "$CONTAINERD" >&2
if cluster drain "$NODE" --ignore-daemonsets --delete-emptydir-data --timeout 600s >&2; then exit 0; fi

held=$(cluster get node "$NODE" -o 'jsonpath={.metadata.annotations.annex/cordoned}')
if [[ -n $held ]]; then
  cluster patch node "$NODE" --patch '{"metadata":{"annotations":{"annex/cordoned":null}},"spec":{"unschedulable":null}}' >/dev/null
fi
cat >&2 <<END
$NODE could not be drained (above is which pods stay, and why), so its packages are as they were, and it takes pods as before.
Delete a pod that no controller would make again, wait for one that takes long to end, make room for one that a PodDisruptionBudget holds; then update again.
END
exit 1
