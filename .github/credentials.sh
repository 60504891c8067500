#!/usr/bin/env bash
# Gives the steps that follow an ssh-agent with the deployment key, and the kubeconfig as a file that only they can read.
set -euo pipefail
umask 077

: "${SSH_PRIVATE_KEY:?set the secret SSH_PRIVATE_KEY of this environment: the key that the hosts accept}"
: "${KUBECONFIG_CONTENT:?set the secret KUBECONFIG of this environment: a kubeconfig with the context of kubernetes:context}"

agent="$RUNNER_TEMP/ssh-agent.sock"
ssh-agent -a "$agent" >/dev/null
SSH_AUTH_SOCK="$agent" ssh-add -q - <<<"$SSH_PRIVATE_KEY"
printf '%s\n' "$KUBECONFIG_CONTENT" >"$RUNNER_TEMP/kubeconfig"
printf 'SSH_AUTH_SOCK=%s\nKUBECONFIG=%s\n' "$agent" "$RUNNER_TEMP/kubeconfig" >>"$GITHUB_ENV"
