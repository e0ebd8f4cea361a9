#!/bin/sh
# Installs what a build and the tests need besides a Swift toolchain: SQLite's headers and its shell. Further programs that
# are to be there can be named; their packages have the same names.
set -eu

if ! command -v swift >/dev/null 2>&1; then
    echo "no Swift toolchain found: install Swift 6.1 or later from https://www.swift.org/install/linux/ and put it on PATH" >&2
    exit 1
fi

missing=
[ -e /usr/include/sqlite3.h ] || missing="$missing libsqlite3-dev"
command -v sqlite3 >/dev/null 2>&1 || missing="$missing sqlite3"
for program in "$@"; do command -v "$program" >/dev/null 2>&1 || missing="$missing $program"; done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "missing:$missing; install these (here named as in Debian) with your system's package manager" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then as_root=; elif command -v sudo >/dev/null 2>&1; then as_root=sudo; else
    echo "missing:$missing; run as root: apt-get install$missing" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# The package lists of a fresh machine may be missing or too old.
# shellcheck disable=SC2086
$as_root apt-get install -y --no-install-recommends $missing 2>/dev/null || {
    $as_root apt-get update
    $as_root apt-get install -y --no-install-recommends $missing
}
