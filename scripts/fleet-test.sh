#!/bin/sh
# Tests the Python package of fleet/.
#   fleet-test.sh PROGRAM --short            its data source without a cluster, if pyspark is there
#   fleet-test.sh PROGRAM GENERATOR FOLDER   on a real cluster; installs pyspark and Java
# Packages of Python go to an environment of their own, .build/fleet/venv.
set -eu
cd "$(dirname "$0")/.."
top=$PWD
XSARCHIVE_PROGRAM=$(realpath "$1")
export XSARCHIVE_PROGRAM PYTHONDONTWRITEBYTECODE=1
venv=$top/.build/fleet/venv

python3 fleet/make_catalog.py "$XSARCHIVE_PROGRAM" --check

if [ "$2" = --short ]; then
    python=python3
    if [ -x "$venv/bin/python" ]; then python=$venv/bin/python; fi
    for module in pyspark pyarrow pytest; do
        if ! "$python" -c "import $module" 2>/dev/null; then
            echo "fleet: not tested, as $python has no $module; make fleet-test installs what is missing"
            exit 0
        fi
    done
    cd fleet
    exec "$python" -m pytest -q -p no:cacheprovider
fi

generator=$(realpath "$2")
folder=$(realpath -m "$3")
scripts/install-deps.sh python3 java
mkdir -p .build/fleet
if ! "$venv/bin/python" -c "import pyspark, pyarrow, pandas, pytest, mypy, moto, boto3" 2>/dev/null; then
    # The tests run the package from its folder; pip only installs what it needs.
    python3 -m venv "$venv" || {
        echo "fleet-test: python3 cannot make an environment; install python3-venv" >&2
        exit 1
    }
    "$venv/bin/python" - <<'PYTHON' >.build/fleet/requirements.txt
import tomllib
project = tomllib.load(open("fleet/pyproject.toml", "rb"))["project"]
print("\n".join(project["dependencies"] + project["optional-dependencies"]["test"]))
PYTHON
    "$venv/bin/python" -m pip install -q -r .build/fleet/requirements.txt || {
        echo "fleet-test: pip cannot install what fleet/pyproject.toml lists" >&2
        exit 1
    }
fi
cd fleet
"$venv/bin/python" -m mypy --cache-dir "$top/.build/fleet/mypy"
"$venv/bin/python" -m pytest -q -p no:cacheprovider
exec "$venv/bin/python" tests/cluster_test.py "$XSARCHIVE_PROGRAM" "$generator" "$folder"
