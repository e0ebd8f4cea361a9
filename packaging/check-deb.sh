#!/bin/sh
# Tests the Debian package in DIRECTORY: unpacks it and runs the program without the machine's Swift.
# Usage: check-deb.sh DIRECTORY
set -eu
package=$(ls "$1"/xsarchive_*.deb)
images=$(cd "$(dirname "$0")/../Tests/Fixtures" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
dpkg-deb -x "$package" "$root"
dpkg-deb -e "$package" "$root/DEBIAN"
(cd "$root" && md5sum -c --quiet DEBIAN/md5sums)

run() { env -i PATH=/usr/bin:/bin XSARCHIVE="$root/x.db" "$root/usr/bin/xsarchive" "$@"; }
if ldd "$root/usr/bin/xsarchive" | grep -Ei 'swift|foundation|not found'; then
    echo "check-deb: the program needs libraries that a machine without Swift does not have" >&2
    exit 1
fi
run import "$images/xen-4.17-small.bin" >/dev/null
run export @1 | cmp - "$images/xen-4.17-small.bin"
run verify >/dev/null
file -b -m "$root/usr/share/xsarchive/magic" "$root/x.db" | grep -q '^xsarchive archive of xenstored images'
file -b -m "$root/usr/share/xsarchive/magic" "$images/xen-4.17-small.bin" | grep -q '^xenstored image (migration stream), version 1, little-endian$'
for command in $(run --experimental-dump-help | python3 -c 'import json, sys; [print(c["commandName"]) for c in json.load(sys.stdin)["command"]["subcommands"] if c["commandName"] != "help"]'); do
    gzip -dc "$root/usr/share/man/man1/xsarchive-$command.1.gz" | grep -q '^\.SH EXAMPLES$' || { echo "check-deb: no example in the page of $command" >&2; exit 1; }
done
unit=$root/usr/lib/systemd/system/xsarchive-record.service
# Its command is one that the program accepts: it ends because there is no socket.
command=$(sed -n 's/^ExecStart=\/usr\/bin\/xsarchive //p' "$unit" | sed "s/%H/host/; s/\\\$RECORD_OPTIONS/--prune --keep-last 1000/; s:/var/lib/xsarchive/:$root/:")
# shellcheck disable=SC2086
run $command --socket "$root/none" 2>&1 | grep -q 'cannot connect: No such file' || { echo "check-deb: the unit's command is wrong" >&2; exit 1; }
if command -v systemd-analyze >/dev/null; then
    systemd-analyze security --offline=true --threshold=20 "$unit" >/dev/null
    # It names what it does not know, and succeeds. The program is not installed here.
    sed "s:/usr/bin/xsarchive:$root&:" "$unit" >"$root/xsarchive-record.service"
    said=$(systemd-analyze verify --man=no "$root/xsarchive-record.service" 2>&1) || said="$said failed"
    test -z "$said" || { echo "check-deb: the unit: $said" >&2; exit 1; }
fi
bash -n "$root/usr/share/bash-completion/completions/xsarchive"
if command -v zsh >/dev/null; then zsh -n "$root/usr/share/zsh/vendor-completions/_xsarchive"; fi
if command -v fish >/dev/null; then fish -n "$root/usr/share/fish/vendor_completions.d/xsarchive.fish"; fi
if command -v mandoc >/dev/null; then gzip -dc "$root"/usr/share/man/man1/*.gz | mandoc -T lint -W error; fi
if command -v lintian >/dev/null; then lintian --fail-on error "$package"; fi
dpkg-deb -f "$package" Package Version Depends Installed-Size
echo "check-deb: $package is whole, and its program runs"
