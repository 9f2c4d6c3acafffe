#!/usr/bin/env bash
# End to end: the packed extension in a real VS Code, as a person uses it. The last line is `N passed, N failed`.
#
# QUARTERDECK names the server to start (default: ../.venv/bin/quarterdeck), CHROMIUM the browser, JUNIT_REPORT a
# report to write.
# Builds the server's wheel, which the extension installs in one of the tests (its dependencies come from PyPI).
# Installs what is missing: Chromium and ripgrep with apt (as root), VS Code's server from npm into .vscode-server/.
# Pictures of what was seen lie in .e2e/ afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."

export QUARTERDECK=${QUARTERDECK:-$(realpath ../.venv/bin/quarterdeck)}

find_browser() {
  command -v chromium || command -v google-chrome
}

missing=()
if [ -z "${CHROMIUM:-}" ] && ! find_browser >/dev/null; then
  missing+=(chromium fonts-dejavu-core)
fi
if ! command -v rg >/dev/null; then
  missing+=(ripgrep)
fi
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "install first: ${missing[*]}" >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
export CHROMIUM=${CHROMIUM:-$(find_browser)}

e2e/install-vscode.sh .vscode-server >/dev/null
if ! [ -d node_modules ]; then
  npm ci
fi
make -C .. wheel >/dev/null
npm run --silent package >/dev/null
mkdir -p .e2e
(cd e2e/python-extension &&
  node ../../node_modules/@vscode/vsce/vsce package --allow-missing-repository --skip-license \
    --out ../../.e2e/python.vsix >/dev/null)

reporters=(--test-reporter=./e2e/reporter.mjs --test-reporter-destination=stdout)
if [ -n "${JUNIT_REPORT:-}" ]; then
  reporters+=(--test-reporter=junit "--test-reporter-destination=$JUNIT_REPORT")
fi
exec node --test --test-timeout=300000 "${reporters[@]}" e2e/editing.test.mjs
