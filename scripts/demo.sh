#!/bin/sh
# Runs the main job on real images: import, query, diff, export, compare.
# Usage: scripts/demo.sh path/to/xsarchive
set -eu

xsarchive=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
images=$(cd "$(dirname "$0")/../Tests/Fixtures" && pwd)
folder=$(cd "$(dirname "$0")/.." && pwd)/demo
rm -rf "$folder"
mkdir "$folder"
cd "$folder"
PATH="$(dirname "$xsarchive"):$PATH"
export XSARCHIVE="$folder/xsarchive.db"

# Prints a command as a user would type it, then runs it; the second argument is the expected
# exit status.
run() {
    expected=$1
    shift
    line=
    for word in "$@"; do
        case $word in *[[:space:]]*) line="$line \"$word\"" ;; *) line="$line $word" ;; esac
    done
    printf '\n$%s\n' "$line" | sed "s#$images/##g"
    status=0
    "$@" || status=$?
    if [ "$status" -ne "$expected" ]; then
        echo "demo: exit status $status, expected $expected" >&2
        exit 1
    fi
}

run 0 xsarchive import --series host7 "$images/xen-4.17-seq-1.bin" "$images/xen-4.17-seq-2.bin" "$images/xen-4.17-small.bin"
run 0 xsarchive images
run 1 xsarchive diff @1 @2
run 0 xsarchive query stale_perms -i @3
run 0 xsarchive ls @2 /local/domain/3/memory
run 0 sqlite3 xsarchive.db "select path, value from nodes where image_id = 1 and path like '/local/domain/1/memory/%'"
for id in 1 2 3; do run 0 xsarchive export @$id -o image-$id.bin; done
run 0 cmp image-1.bin "$images/xen-4.17-seq-1.bin"
run 0 cmp image-2.bin "$images/xen-4.17-seq-2.bin"
run 0 cmp image-3.bin "$images/xen-4.17-small.bin"
run 0 xsarchive verify
printf '\nThree images went in and came out byte for byte. The archive is %s\n' "$XSARCHIVE"
