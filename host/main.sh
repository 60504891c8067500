# The engine's entry: main <look|converge|remove> <section> <people|program, who reads a failure>, the document on stdin.
# Nothing runs until this last file of the bundle calls main, so a script cut short on its way does nothing.
main() {
  set -Eeuo pipefail
  umask 077
  export LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  READER=$3
  trap 'on_error $? $LINENO "$BASH_COMMAND"' ERR
  if ((EUID != 0)); then
    fail '' "this is user $(id -un), not root" 'connect as root, or as a user with passwordless sudo'
  fi
  json_read
  SECTION=${2-}
  "$1"
  exit 0
}

main "$@"
