# Drains NODE before an upgrade, through CONTEXT, so that it has been drained DRAINS times. Its annotations say how often it has been, and what
# uncordon.sh has to end: a cordon of ours, or nothing but the wait. Runs where pulumi runs. What cannot be drained takes pods as before, and its
# host is not changed.
set -euo pipefail

cluster() {
  kubectl --context "$CONTEXT" --request-timeout 30s "$@"
}

if ((DRAINS == 0)); then exit 0; fi
# On a line of its own: a cluster that does not answer is no node that is gone.
found=$(cluster get node "$NODE" --ignore-not-found -o 'jsonpath={.metadata.annotations.annex/drains}|{.status.conditions[?(@.type=="Ready")].status}|{.spec.unschedulable}|{.metadata.annotations.annex/upgrade}')
if [[ -z $found ]]; then exit 0; fi
IFS='|' read -r had ready cordoned upgrade <<<"$found"
# A kubelet may write its node's annotations, and arithmetic would run what it wrote.
if [[ ! $had =~ ^[1-9][0-9]{0,8}$ ]]; then had=0; fi
if ((had >= DRAINS)); then exit 0; fi
cluster annotate node "$NODE" --overwrite "annex/drains=$DRAINS" >/dev/null

# The pods of a node that does not answer never end, and the upgrade may be what mends it.
if [[ $ready != True ]]; then
  printf '%s is not Ready, so its pods cannot be sent away: it is upgraded with them\n' "$NODE" >&2
  if [[ -z $upgrade ]]; then cluster annotate node "$NODE" annex/upgrade=awaited >/dev/null; fi
  exit 0
fi

# Somebody's own cordon stays when the pods come again.
if [[ -z $cordoned ]]; then
  cluster patch node "$NODE" --patch '{"metadata":{"annotations":{"annex/upgrade":"cordoned"}},"spec":{"unschedulable":true}}' >/dev/null
elif [[ $upgrade != cordoned ]]; then
  cluster annotate node "$NODE" --overwrite annex/upgrade=awaited >/dev/null
fi
printf '%s is upgraded: its pods are sent away\n' "$NODE" >&2
if cluster drain "$NODE" --ignore-daemonsets --delete-emptydir-data --timeout 600s >&2; then exit 0; fi

printf '%s could not be drained, for the reason above, so its host is not changed.\n' "$NODE" >&2
if [[ -z $cordoned || $upgrade == cordoned ]]; then
  cluster patch node "$NODE" --patch '{"metadata":{"annotations":{"annex/upgrade":null}},"spec":{"unschedulable":null}}' >/dev/null
  printf 'It takes pods as before.\n' >&2
else
  cluster annotate node "$NODE" annex/upgrade- >/dev/null
fi
printf 'A pod that no controller would make again: delete it. One that takes long to end: wait. One that a PodDisruptionBudget holds: make room for it. Then update again.\n' >&2
exit 1
