# Lets pods come to NODE again, through CONTEXT, where drain.sh has sent them away. Runs where pulumi runs, after the packages were changed.
set -euo pipefail

held=$(kubectl --context "$CONTEXT" --request-timeout 30s get node "$NODE" --ignore-not-found -o 'jsonpath={.metadata.annotations.annex/cordoned}')
if [[ -z $held ]]; then exit 0; fi

if ! kubectl --context "$CONTEXT" wait "node/$NODE" --for condition=Ready --timeout 300s >/dev/null; then
  printf '%s is not Ready 300 s after its packages were changed, so it takes no pods: journalctl -u kubelet on it says why; then update again\n' "$NODE" >&2
  exit 1
fi
kubectl --context "$CONTEXT" --request-timeout 30s patch node "$NODE" --patch '{"metadata":{"annotations":{"annex/cordoned":null}},"spec":{"unschedulable":null}}' >/dev/null
printf '%s is Ready and takes pods again\n' "$NODE" >&2
