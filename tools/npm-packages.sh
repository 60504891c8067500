# shellcheck shell=bash
# What package-lock.json asks for, in node_modules of the folder that this is called in. Needs any Node >= 20.

npm_packages_fit() {
  [[ $(node lab/dependencies.mjs) == fit ]]
}

# install_npm_packages - fails with a sentence on stderr. The options stand against what a person has set for npm elsewhere.
install_npm_packages() {
  if [[ -L node_modules ]]; then
    echo "node_modules is a link, and what it points at does not fit package-lock.json. npm ci would empty it: replace the link first." >&2
    return 2
  fi
  npm ci --ignore-scripts --include=dev --include=optional --engine-strict=false --no-audit --no-fund || return
  npm rebuild node --ignore-scripts=false || return
  if npm_packages_fit; then return; fi
  echo "npm says that all is well, but node_modules does not hold what package-lock.json asks for: see npm config list, and run rm -rf node_modules." >&2
  return 1
}
