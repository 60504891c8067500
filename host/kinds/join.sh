# join: kubeadm join: nodeName, apiServer, caCertHashes[], nodeIp, labels{}, taints[], ignorePreflightErrors[].
# The node registers with its labels and taints, so that nothing lands on it before they are there. The token comes beside
# the document, in secrets.token, and is in no argument and no file that outlives the run.

readonly BOOTSTRAP_CONF=/etc/kubernetes/bootstrap-kubelet.conf
readonly KUBELET_FLAGS=/var/lib/kubelet/kubeadm-flags.env
# Seconds that the API server has to answer: a gateway may be rebooting.
readonly SERVER_WAIT=${ANNEX_SERVER_WAIT:-60}

id_join() {
  ID=${DOC["$1/nodeName"]}
}

look_join() {
  local name=${DOC["$1/nodeName"]} elsewhere=''
  if [[ $(joined_node) != "$name" ]]; then
    differs "not joined to ${DOC["$1/apiServer"]} as $name"
    return
  fi
  if [[ $(joined_server) != "${DOC["$1/apiServer"]}" ]]; then
    elsewhere=yes
    differs "talks to $(joined_server), not to ${DOC["$1/apiServer"]}"
  fi
  if [[ -e $BOOTSTRAP_CONF ]]; then differs 'its token still lies on the host'; fi
  if [[ $(kubelet_node_ip) != "${DOC["$1/nodeIp"]}" ]]; then differs "its node IP is $(kubelet_node_ip), not ${DOC["$1/nodeIp"]}"; fi
  unit_read kubelet.service
  if ! unit_enabled true; then differs 'kubelet does not start at boot'; fi
  if ! unit_running; then differs 'kubelet is not running'; fi
  # Whoever answers at an old address says nothing about the join, nor does an API server that does not answer.
  if [[ -n $elsewhere ]]; then return; fi
  ask_ready "$name"
  case $READY in
    False | Unknown | '')
      # A kubelet that has just started needs a moment.
      if ! unit_running || ! ready_within "$name" 10; then
        differs "the node is not Ready${READY_WHY:+: $READY_WHY}"
      fi
      ;;
    *NotFound* | *'not found'*) differs 'the cluster has no such node any more' ;;
    *Unauthorized* | *'must be logged in'* | *'signed by unknown authority'*) differs "the cluster does not take the kubelet's credential any more" ;;
  esac
}

# ask_ready <node> - what the API server has of the node, asked with its own credential: into READY its status (else what kubectl
# said), into READY_WHY the reason. --raw needs no discovery, so it is one request, and leaves no cache in anybody's home.
ask_ready() {
  local i node=()
  READY_WHY=''
  if ! READY=$(kubectl --kubeconfig "$KUBELET_CONF" --request-timeout 5s get --raw "/api/v1/nodes/$1" 2>&1); then
    READY_WHY=$READY
    return
  fi
  mapfile -d '' node < <(json_flatten /status/conditions/ <<<"$READY")
  declare -A condition=()
  for ((i = 0; i < ${#node[@]}; i += 2)); do condition["${node[i]}"]=${node[i + 1]}; done
  READY=''
  for ((i = 0; ; i++)); do
    case ${condition["/status/conditions/$i/type"]-} in
      Ready)
        READY=${condition["/status/conditions/$i/status"]}
        READY_WHY=${condition["/status/conditions/$i/message"]-}
        break
        ;;
      '') break ;;
    esac
  done
}

# node_missing - whether that was the answer.
node_missing() {
  [[ $READY == *NotFound* || $READY == *'not found'* ]]
}

kubelet_node_ip() {
  if [[ -e $KUBELET_FLAGS ]]; then sed -n 's/.*--node-ip=\([^" ]*\).*/\1/p' "$KUBELET_FLAGS"; fi
}

note_join() {
  local name=${DOC["$1/nodeName"]} node
  if noted join "$name"; then return; fi
  node=$(joined_node)
  # Of another cluster with a node of that name only the cluster knows, which has been asked before.
  if [[ -n $node && $node != "$name" ]]; then
    fail "join $name" "this host is node $node of the cluster at $(joined_server) already" \
      "take it out there first: kubectl drain $node --ignore-daemonsets --delete-emptydir-data; kubectl delete node $node; then on the host: kubeadm reset --force"
  fi
  note_begin join "$name"
  # A host that somebody joined before annex stays joined when annex goes.
  if [[ -n $node ]]; then : >"$NOTE/joined"; fi
  unit_read kubelet.service
  note_unit_state
  note_node_state
  note_end
}

converge_join() {
  local name=${DOC["$1/nodeName"]}
  if [[ $(joined_node) == "$name" && ! "${DIFFS[*]}" =~ 'the cluster '('has no such node'|'does not take') ]]; then
    repair_kubelet "$1"
    await_ready "$name"
    return
  fi
  if [[ -z ${DOC["/secrets/token"]-} ]]; then
    fail "join $name" 'no bootstrap token came with the document' 'run pulumi up again: it makes a new one for a host that has not joined'
  fi
  if [[ -e $KUBELET_CONF || -e $BOOTSTRAP_CONF || -e /etc/kubernetes/pki/ca.crt || -e /var/lib/kubelet/config.yaml ]]; then
    doing 'clearing what an earlier join left'
    reset_node
    # A node that is new to the cluster gets another range for its pods, which the bridge of the old one would not take.
    restore_node_state "${ENTRY["join $name"]}" anew
  fi
  await_server "$1"
  doing "joining ${DOC["$1/apiServer"]}"
  kubeadm_join "$1"
  repair_kubelet "$1"
  await_ready "$name"
}

# await_server <pointer> - kubeadm would wait too, and then not know why.
await_server() {
  local server=${DOC["$1/apiServer"]} deadline=$((SECONDS + SERVER_WAIT)) host told=''
  host=$(tr -d '[]' <<<"${server%:*}")
  # Expanded by the shell that timeout ends.
  # shellcheck disable=SC2016
  until timeout 5 bash -c ': >"/dev/tcp/$0/$1"' "$host" "${server##*:}" </dev/null 2>/dev/null; do
    if ((SECONDS >= deadline)); then fail_unanswered "$server" "$(ip route get "$host" 2>/dev/null | sed -n '1s/.* dev \([^ ]*\).*/\1/p')"; fi
    [[ -n $told ]] || doing "waiting until $server answers"
    told=yes
    sleep 0.3
  done
}

# fail_unanswered <host:port> <interface that leads there>
fail_unanswered() {
  local silent
  silent=$(silent_peers "$2")
  if [[ -n $silent ]]; then
    fail "$ITEM" "the API server $1 does not answer, and through $2 no packet has come back from $silent" \
      'let UDP through: in the firewall of the cloud (security group) before the gateway, on the gateway (nft list ruleset), and out of this host; then run again'
  fi
  fail "$ITEM" "the API server $1 does not answer${2:+ through $2}" \
    "the cloud's firewall must let the node in there, and its route table must lead back to the gateway: see tcpdump on the gateway; then run again"
}

# Ready needs the cluster's CNI on the node, whose images may still have to be pulled.
await_ready() {
  doing 'waiting until the node is Ready'
  if ready_within "$1" 180; then
    if serving_unsigned; then doing 'it is Ready, and nobody has approved its serving certificate yet: kubectl get csr'; fi
    return
  fi
  if node_missing; then fail "join $1" 'somebody deleted the node from the cluster before it was Ready' 'run again, and it joins anew; if it is deleted again, see whether a cloud controller deletes nodes that are not its own'; fi
  fail "join $1" "the node has joined but is not Ready after 180 s: ${READY_WHY:-$READY}" \
    "see kubectl describe node $1, and the pods of the CNI on it: their DaemonSet must tolerate the node's taint; then run again"
}

# ready_within <node> <seconds> - a node that was there and is deleted is waited for no longer: its kubelet registers it once.
ready_within() {
  local deadline=$((SECONDS + $2)) seen=''
  while true; do
    ask_ready "$1"
    if [[ $READY == True ]]; then return 0; fi
    if ! node_missing; then
      seen=yes
    elif [[ -n $seen ]]; then
      return 1
    fi
    if ((SECONDS >= deadline)); then return 1; fi
    sleep 0.3
  done
}

# kubeadm takes the address that the cluster names itself by (in cluster-info), which may not be the one that leads there from here;
# and a cluster may get another address.
repair_kubelet() {
  local server=${DOC["$1/apiServer"]} address=${DOC["$1/nodeIp"]} flags='s/--node-ip=[^" ]*/--node-ip=ADDRESS/'
  # Stopped before its files are written: a run that is cut in between leaves what the next one sees.
  if [[ $(joined_server) != "$server" ]]; then
    systemctl stop kubelet.service
    sed "s|server: https://.*|server: https://$server|" "$KUBELET_CONF" | write_file "$KUBELET_CONF" 600
  fi
  if [[ $(kubelet_node_ip) != "$address" ]]; then
    systemctl stop kubelet.service
    # A node that somebody joined by hand has none: it is no flag of kubeadm.
    if [[ -z $(kubelet_node_ip) ]]; then flags='s/"$/ --node-ip=ADDRESS"/'; fi
    sed "${flags/ADDRESS/$address}" "$KUBELET_FLAGS" | write_file "$KUBELET_FLAGS" 644
  fi
  # kubeadm deletes it at its end; it holds the token.
  rm -f "$BOOTSTRAP_CONF"
  run 'see journalctl -u kubelet' systemctl --quiet enable kubelet.service
  run 'see journalctl -u kubelet' systemctl start kubelet.service
}

kubeadm_join() {
  local file=$SCRATCH/$SECTION/join.yaml code=0
  join_configuration "$1" | write_file "$file" 600
  (run "see that the token has not expired (run again: each run has its own); else see journalctl -u kubelet on the host" \
    kubeadm join --config "$file") || code=$?
  clear_scratch
  if ((code != 0)); then exit "$code"; fi
}

join_configuration() {
  local i n name names values=() nothing=''
  cat <<YAML
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery:
  bootstrapToken:
    apiServerEndpoint: "${DOC["$1/apiServer"]}"
    token: "${DOC["/secrets/token"]}"
    caCertHashes:
YAML
  doc_list "$1/caCertHashes"
  printf '      - "%s"\n' "${LIST[@]}"
  # kubeadm's own limits are five minutes each; a cluster that answers does so within seconds.
  printf 'timeouts:\n  discovery: 1m0s\n  tlsBootstrap: 2m0s\n  kubeletHealthCheck: 2m0s\n'
  doc_names "$1/labels"
  names=(${NAMES[@]+"${NAMES[@]}"})
  for name in ${names[@]+"${names[@]}"}; do values+=("$name=${DOC["$1/labels/$(doc_token "$name")"]}"); done
  cat <<YAML
nodeRegistration:
  name: "${DOC["$1/nodeName"]}"
  criSocket: unix:///run/containerd/containerd.sock
  kubeletExtraArgs:
    - { name: node-ip, value: "${DOC["$1/nodeIp"]}" }
YAML
  if ((${#values[@]} > 0)); then printf '    - { name: node-labels, value: "%s" }\n' "$(join_with , "${values[@]}")"; fi
  doc_list "$1/ignorePreflightErrors"
  if ((${#LIST[@]} > 0)); then
    printf '  ignorePreflightErrors:\n'
    printf '    - "%s"\n' "${LIST[@]}"
  fi
  n=$(doc_count "$1/taints")
  if ((n == 0)); then nothing=' []'; fi
  printf '  taints:%s\n' "$nothing"
  for ((i = 0; i < n; i++)); do
    printf '    - { key: "%s", value: "%s", effect: "%s" }\n' "${DOC["$1/taints/$i/key"]}" "${DOC["$1/taints/$i/value"]-}" "${DOC["$1/taints/$i/effect"]}"
  done
}

remove_join() {
  if [[ -e $1/joined ]]; then return; fi
  reset_node
  restore_node_state "$1"
  unit_read kubelet.service
  if unit_known; then
    if [[ $(entry_field "$1" enabled) == false ]]; then systemctl --quiet disable kubelet.service || true; fi
    # It can only fail without a configuration; started again it is as its package leaves it.
    if [[ $(entry_field "$1" running) == true ]]; then systemctl start kubelet.service || true; fi
  fi
}
