#!/bin/sh
# Builds the substitute for the hypervisor and runs the replay, with --access the comparison of what
# domains may do, with --capture captures of stores that change, with --record a recorder, with --logs
# scripted histories and the logs of them, or with --moments states at moments, by such logs.
# Usage: Replay/run.sh path/to/xsarchive [--access | --capture | --record | --logs | --moments]
#        [--short]
# Exit status: 0 all as expected, 1 a difference, 2 trouble, 77 no daemon is installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$1
shift
run=replay
case "${1:-}" in
--access | --capture | --record | --logs | --moments)
    run=${1#--}
    shift
    ;;
esac

for tool in /usr/lib/xen-4.17/bin/xenstored /usr/lib/xen-4.17/bin/oxenstored xenstore-ls python3 cc; do
    command -v "$tool" >/dev/null 2>&1 || {
        echo "replay: no $tool here; 'make replay-test' installs what is needed" >&2
        exit 77
    }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cc -std=gnu11 -O1 -Wall -Wextra -Wno-unused-parameter -shared -fPIC -o "$folder/hypervisor.so" "$here/hypervisor.c" -ldl
export PYTHONDONTWRITEBYTECODE=1
if [ "$run" != replay ]; then
    python3 "$here/$run.py" "$@" "$program" "$folder/hypervisor.so"
    exit
fi
python3 "$here/replay.py" "$@" "$program" "$folder/hypervisor.so" "$here/../Tests/Fixtures"
