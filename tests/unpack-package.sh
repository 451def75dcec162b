#!/usr/bin/env bash
# Unpacks a Debian or Ubuntu package, and what it needs that is not installed, without installing anything: for a program
# that cannot be installed beside another one, as Exim beside Postfix. It goes to a folder that the tests know.
#
#   tests/unpack-package.sh PACKAGE     to ${XDG_CACHE_HOME:-~/.cache}/fsp-tests/PACKAGE
#
# Does nothing when that folder is there. Exit code 3: the package could not be had.
set -euo pipefail

package=$1
target=${XDG_CACHE_HOME:-$HOME/.cache}/fsp-tests/$package
if [[ -d $target ]]; then
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "The package $package is needed, and this system has no apt-get: unpack it to $target by hand." >&2
  exit 3
fi

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
mkdir -p "$work/archives/partial" "$work/root" "$(dirname -- "$target")"
chmod 755 "$work" "$work/root"

# It picks the missing packages as for an installation, and stops before it would remove those that are in conflict.
download() {
  apt-get -qq -y --no-install-recommends --download-only --reinstall -o Debug::NoLocking=1 -o APT::Sandbox::User= \
    -o Dir::Cache::archives="$work/archives" install "$package" </dev/null >&2
}

echo "Unpacking $package to $target" >&2
download || { apt-get -qq update >&2 && download; } || {
  echo "apt-get could not download $package. Run apt-get update and this again." >&2
  exit 3
}
for archive in "$work"/archives/*.deb; do
  dpkg-deb --extract "$archive" "$work/root"
done
# In one step, so that the folder is never half there. Nothing in it needs another's rights.
chmod -R u-s,g-s "$work/root"
mv -- "$work/root" "$target"
