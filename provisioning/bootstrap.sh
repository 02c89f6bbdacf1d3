#!/bin/sh
# Sets up what a fresh Debian machine needs: Debian packages (as root), a virtual environment with
# the locked wheels, this project in it. Safe to run again; does nothing when nothing changed.
#   provisioning/bootstrap.sh run|dev
set -eu
cd "$(dirname "$0")/.."
kind=$1
lock=requirements.lock
[ "$kind" = dev ] && lock=requirements-dev.lock
packages=$(sed -n "s/^$kind //p; s/^run //p" provisioning/debian-packages.txt | sort -u)

missing=
for package in $packages; do
    # Node.js of another source than Debian brings its npm along, and Debian's cannot stand beside it.
    [ "$package" = npm ] && command -v npm >/dev/null && continue
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
        missing="$missing $package"
done
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing Debian packages:$missing"
        apt-get update -qq
        # shellcheck disable=SC2086  # a list of names
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        echo "Not installed (you are not root):$missing"
        echo "To install them:  sudo apt-get install$missing"
        echo "Until then: tests that need them (Chromium: the pages) are skipped and say so."
    fi
fi

python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Python 3.11 or later is needed; found: $("$python" --version 2>&1)" >&2
    exit 3
fi
stamp=.venv/.installed-$kind
if [ ! -x .venv/bin/python ]; then
    "$python" -m venv .venv || { echo "To install venv:  sudo apt-get install python3-venv" >&2; exit 3; }
fi
wanted=$(cat "$lock" pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    echo "Installing locked Python packages ($lock)"
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
    # setuptools warns of every editable installation; nothing here needs care.
    PYTHONWARNINGS=ignore .venv/bin/python -m pip install -q --disable-pip-version-check \
        --no-deps --no-build-isolation -e .
    echo "$wanted" > "$stamp"
fi

# The second reader of documents, which the tests ask: npm's libraries, locked, nothing of theirs run.
reader=tests/node_reader
if [ "$kind" = dev ] && command -v npm >/dev/null; then
    wanted=$(cat "$reader/package.json" "$reader/package-lock.json" | sha256sum | cut -d' ' -f1)
    if [ "$(cat "$reader/node_modules/.installed" 2>/dev/null)" != "$wanted" ]; then
        echo "Installing locked npm packages ($reader)"
        npm ci --prefix "$reader" --ignore-scripts --no-audit --no-fund --silent
        echo "$wanted" > "$reader/node_modules/.installed"
    fi
fi
