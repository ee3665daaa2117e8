#!/bin/sh
# Makes the virtual environment named by $1 with the first Python that will do, or says in one line what is missing.
venv=$1
python=
for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python=$candidate
        "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 && break
        lacking=$python
        python=
    fi
done
if [ -z "$python" ]; then
    if [ -n "${lacking:-}" ]; then
        echo "countervail: $lacking has no venv module: install it (on Debian and Ubuntu: apt install python3-venv), or name another Python: make PYTHON=/path/to/python3.12" >&2
    else
        echo "countervail: needs Python 3.11 or newer, and none was found: install one, or name it: make PYTHON=/path/to/python3.12" >&2
    fi
    exit 1
fi
if ! "$python" -m venv "$venv" >"$venv.log" 2>&1; then
    echo "countervail: $python could not make $venv (see $venv.log): is this folder writable, and is python3-venv installed?" >&2
    exit 1
fi
rm -f "$venv.log"
