#!/bin/sh
# Makes a Debian package. The program contains Swift's runtime, so it needs none at run time.
# Usage: deb.sh PROGRAM SHARE-DIRECTORY DIRECTORY
set -eu
program=$1
share=$2
output=$3
here=$(cd "$(dirname "$0")" && pwd)
version=$("$program" --version)
architecture=$(dpkg --print-architecture)
# The time of the last commit: the same sources make the same package.
: "${SOURCE_DATE_EPOCH:=$(git -C "$here" log -1 --format=%ct 2>/dev/null || date +%s)}"
export SOURCE_DATE_EPOCH

mkdir -p "$output"
stage=$output/stage
rm -rf "$stage"
mkdir -p "$stage/DEBIAN"
DESTDIR=$stage ZSH_FOLDER=share/zsh/vendor-completions "$here/install.sh" "$program" "$share" /usr
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$stage/usr/bin/xsarchive"
gzip -9n "$stage"/usr/share/man/man1/*.1

# Nothing enables or starts it.
install -D -m 644 "$here/xsarchive-record.service" "$stage/usr/lib/systemd/system/xsarchive-record.service"

doc=$stage/usr/share/doc/xsarchive
install -m 644 "$here/copyright" "$doc/copyright"
{
    printf 'xsarchive (%s) unstable; urgency=medium\n\n  * Built from the sources of this version.\n\n' "$version"
    printf ' -- %s  %s\n' "$(cat "$here/maintainer")" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n >"$doc/changelog.gz"

# The C libraries the program is linked with, each with the oldest version that has all it uses.
mkdir -p "$stage/debian"
printf 'Source: xsarchive\nMaintainer: %s\n\nPackage: xsarchive\nArchitecture: any\n' "$(cat "$here/maintainer")" >"$stage/debian/control"
depends=$(cd "$stage" && dpkg-shlibdeps -O usr/bin/xsarchive 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
rm -rf "$stage/debian"

size=$(du -sk --apparent-size "$stage/usr" | cut -f1)
cat >"$stage/DEBIAN/control" <<CONTROL
Package: xsarchive
Version: $version
Architecture: $architecture
Maintainer: $(cat "$here/maintainer")
Installed-Size: $size
Depends: $depends
Recommends: bzip2, lz4, xz-utils, zstd
Suggests: sqlite3
Section: admin
Priority: optional
Description: archive and forensic store for images of xenstored's state
 xenstored holds the state of all guests of a Xen host. xsarchive puts the
 images that it writes into SQLite byte for byte, answers questions about
 them in SQL, compares two of them, follows a path through time, and gives
 the exact bytes back.
CONTROL
(cd "$stage" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$stage/DEBIAN/md5sums"
find "$stage" -type d -exec chmod 755 {} +
chmod 644 "$stage/DEBIAN/control" "$stage/DEBIAN/md5sums"

package=$output/xsarchive_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$stage" "$package" >/dev/null
rm -rf "$stage"
echo "$package"
