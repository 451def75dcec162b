#!/usr/bin/env bash
# Builds the package twice, from two copies of the source in different places and under different settings, and compares
# the results byte for byte. Whoever has a published package builds the commit that `fsp --version` names with build.sh and
# compares with its sha256.
#
#   config/debian/reproduce.sh [amd64|arm64] [DIRECTORY]
#
# The two results are left in DIRECTORY/first and DIRECTORY/second (default: artifacts/reproduce). Exit codes: 0 they are
# the same, 1 they differ, 2 and 3 as build.sh's.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
if [[ ${1:-} == --help ]]; then
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  exit 0
fi
arch=${1:-amd64}
mkdir -p "${2:-$root/artifacts/reproduce}"
out=$(cd -- "${2:-$root/artifacts/reproduce}" && pwd)

export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -c safe.directory='*' -C "$root" log -1 --format=%ct)}
export SOURCE_REVISION=${SOURCE_REVISION:-$(git -c safe.directory='*' -C "$root" rev-parse HEAD)}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

copy() {
  mkdir -p "$1"
  tar -C "$root" --exclude=bin --exclude=obj --exclude=./artifacts --exclude=./.git -c . | tar -C "$1" -x
}

copy "$work/a"
copy "$work/another place/further/down"
(umask 077 && TMPDIR=$work TZ=Asia/Tokyo LC_ALL=C.UTF-8 "$work/a/config/debian/build.sh" "$arch" "$out/first")
(umask 022 && TZ=America/Lima "$work/another place/further/down/config/debian/build.sh" "$arch" "$out/second")

if diff -r "$out/first" "$out/second"; then
  echo "The two builds are the same."
else
  echo "The two builds differ." >&2
  exit 1
fi
