#!/bin/sh
# Installs what a build and the tests need in addition to a Swift toolchain: the headers of SQLite
# and libarchive, SQLite's shell, the programs that decompress images, and those that make and check
# the rest of an installation (python3, file) and containers (zip).
# With the argument `replay` it also installs what the replay test needs: the daemons and tools of
# Debian 12's Xen 4.17, Python, and a C compiler.
# Each further argument is a program to install; its package has the same name, except that of java.
set -eu

if ! command -v swift >/dev/null 2>&1; then
    echo "no Swift toolchain found: install Swift 6.1 or later from https://www.swift.org/install/linux/ and put it on PATH" >&2
    exit 1
fi

missing=
[ -e /usr/include/sqlite3.h ] || missing="$missing libsqlite3-dev"
[ -e /usr/include/archive.h ] || missing="$missing libarchive-dev"
command -v sqlite3 >/dev/null 2>&1 || missing="$missing sqlite3"
command -v file >/dev/null 2>&1 || missing="$missing file"
command -v python3 >/dev/null 2>&1 || missing="$missing python3"
command -v gzip >/dev/null 2>&1 || missing="$missing gzip"
command -v bzip2 >/dev/null 2>&1 || missing="$missing bzip2"
command -v lz4 >/dev/null 2>&1 || missing="$missing lz4"
command -v zip >/dev/null 2>&1 || missing="$missing zip"
command -v xz >/dev/null 2>&1 || missing="$missing xz-utils"
command -v zstd >/dev/null 2>&1 || missing="$missing zstd"
for wanted in "$@"; do
    if [ "$wanted" = replay ]; then
        [ -x /usr/lib/xen-4.17/bin/oxenstored ] || missing="$missing xen-utils-4.17"
        command -v xenstore-ls >/dev/null 2>&1 || missing="$missing xenstore-utils"
        command -v python3 >/dev/null 2>&1 || missing="$missing python3"
        command -v cc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
    elif [ "$wanted" = java ]; then
        command -v java >/dev/null 2>&1 || missing="$missing openjdk-17-jre-headless"
    else
        command -v "$wanted" >/dev/null 2>&1 || missing="$missing $wanted"
    fi
done
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
