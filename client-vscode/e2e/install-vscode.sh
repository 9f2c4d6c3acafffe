#!/usr/bin/env bash
# Puts a real VS Code (its web server, from the npm package code-server) into a folder of its own.
#
#   e2e/install-vscode.sh [FOLDER [VERSION]]
#
# 4.100.3 is VS Code 1.100 and the last line that runs on Node 20. A marker file makes a second call free.
set -euo pipefail

folder=${1:-.vscode-server}
version=${2:-4.100.3}
marker="$folder/installed-$version"
if [ -e "$marker" ]; then
  exit 0
fi

rm -rf "$folder"
mkdir -p "$folder"
printf '{"private": true}\n' > "$folder/package.json"

# Without scripts: the package's own would compile modules that are not needed here and fetch a ripgrep binary.
quiet=(--no-audit --no-fund --loglevel=error)
npm install --prefix "$folder" --ignore-scripts "${quiet[@]}" "code-server@$version"
vscode="$folder/node_modules/code-server/lib/vscode"
npm install --prefix "$vscode" --ignore-scripts --omit=dev "${quiet[@]}"

# VS Code searches files with ripgrep; take the system's.
mkdir -p "$vscode/node_modules/@vscode/ripgrep/bin"
ln -sf "$(command -v rg)" "$vscode/node_modules/@vscode/ripgrep/bin/rg"

node "$vscode/out/server-main.js" --version
touch "$marker"
