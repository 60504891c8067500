#!/usr/bin/env bash
# node.sh FILE ARGUMENTS...: runs a TypeScript file of this project with the project's own Node. Needs any Node >= 20 to start, and the npm packages,
# which it installs where they are missing; no root, no lab.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
# shellcheck source=tools/npm-packages.sh
source tools/npm-packages.sh
if ! npm_packages_fit; then
  echo "Installing npm packages from package-lock.json (about a minute)" >&2
  mkdir -p .lab
  # One set-up at a time, that of lab/run too.
  exec 9>.lab/setup.lock
  flock 9
  npm_packages_fit || install_npm_packages >&2 || exit 2
  exec 9>&-
fi
exec node_modules/.bin/node "$@"
