#!/bin/sh
# Makes the files that are installed beside the program. The program itself prints their contents.
# Usage: share.sh path/to/xsarchive DIRECTORY
set -eu
program=$1
folder=$2
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$folder"
mkdir -p "$folder/man/man1" "$folder/completions"
python3 "$here/manual.py" "$program" "$folder/man/man1"
for shell in bash zsh fish; do
    # The shell reads this file and does not run it: drop the interpreter line.
    "$program" --generate-completion-script $shell | sed '1{/^#!/d;}' >"$folder/completions/$shell"
done
"$program" query --datasette >"$folder/datasette.yaml"
