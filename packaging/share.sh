#!/bin/sh
# Makes what is installed beside the program: share.sh path/to/xsarchive FOLDER. All of it is what the program says of itself.
set -eu
program=$1
folder=$2
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$folder"
mkdir -p "$folder/man/man1" "$folder/completions"
python3 "$here/manual.py" "$program" "$folder/man/man1"
for shell in bash zsh fish; do
    # Nobody runs it, it is read by the shell.
    "$program" --generate-completion-script $shell | sed '1{/^#!/d;}' >"$folder/completions/$shell"
done
"$program" query --datasette >"$folder/datasette.yaml"
