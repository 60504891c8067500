#!/usr/bin/env bash
# node.sh FILE ARGUMENTS...: runs a TypeScript file of this project with the project's own Node. Needs any Node >= 20 to start, and the npm packages,
# which it installs where they are missing; no root, no lab.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
if [[ $(node lab/dependencies.mjs) != fit ]]; then
  if [[ -L node_modules ]]; then
    echo "node_modules is a link, and what it points at does not fit package-lock.json. npm ci would empty it: replace the link first." >&2
    exit 2
  fi
  echo "Installing npm packages from package-lock.json (about a minute)" >&2
  mkdir -p .lab
  # One set-up at a time, that of lab/run too.
  exec 9>.lab/setup.lock
  flock 9
  [[ $(node lab/dependencies.mjs) == fit ]] || { npm ci --ignore-scripts --no-audit --no-fund && npm rebuild node; } >&2
  exec 9>&-
fi
exec node_modules/.bin/node "$@"
