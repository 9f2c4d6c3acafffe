#!/usr/bin/env bash
# The set-ups of docs/editors.md in real editors: Neovim, and Emacs with Eglot and with lsp-mode.
#
# QUARTERDECK names the server to start (default: .venv/bin/quarterdeck), PYTHON the Python that has pytest.
# Installs the editors with apt where they are missing (as root). More arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/../.."

export QUARTERDECK=${QUARTERDECK:-$PWD/.venv/bin/quarterdeck}
packages=()
command -v nvim >/dev/null || packages+=(neovim)
command -v emacs >/dev/null || packages+=(emacs-nox)
for package in elpa-eglot elpa-lsp-mode; do
  dpkg -s "$package" >/dev/null 2>&1 || packages+=("$package")
done
if [ ${#packages[@]} -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

exec "${PYTHON:-.venv/bin/python}" -m pytest tests/e2e/editors.py "$@"
