#!/bin/sh
# Installs into PREFIX, below $DESTDIR if it is set. $ZSH_FOLDER is where zsh looks for completions.
# Usage: install.sh PROGRAM SHARE-DIRECTORY PREFIX
set -eu
program=$1
share=$2
prefix=$3
top=$(cd "$(dirname "$0")/.." && pwd)
root=${DESTDIR:-}$prefix

put() { # FILE TARGET [MODE]
    install -D -m "${3:-644}" "$1" "$2"
}

put "$program" "$root/bin/xsarchive" 755
for page in "$share"/man/man1/*.1; do put "$page" "$root/share/man/man1/$(basename "$page")"; done
put "$share/completions/bash" "$root/share/bash-completion/completions/xsarchive"
put "$share/completions/zsh" "$root/${ZSH_FOLDER:-share/zsh/site-functions}/_xsarchive"
put "$share/completions/fish" "$root/share/fish/vendor_completions.d/xsarchive.fish"
put "$top/packaging/magic" "$root/share/xsarchive/magic"
put "$top/schema/secret_paths.txt" "$root/share/xsarchive/secret_paths.txt"
put "$share/datasette.yaml" "$root/share/xsarchive/datasette.yaml"
for query in "$top"/queries/*.sql; do put "$query" "$root/share/xsarchive/queries/$(basename "$query")"; done
for document in README CHANGELOG SECURITY CONTRIBUTING; do put "$top/$document.md" "$root/share/doc/xsarchive/$document.md"; done
for document in "$top"/docs/*.md; do put "$document" "$root/share/doc/xsarchive/docs/$(basename "$document")"; done
