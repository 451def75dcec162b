#!/usr/bin/env bash
# Builds fsp as one file and as a Debian package, the same to the last byte wherever and whenever it is built from the
# same commit with the same SDK.
#
#   config/debian/build.sh [amd64|arm64] [DIRECTORY]
#
# Leaves fsp_VERSION_ARCH, fsp_VERSION_ARCH.deb, fsp_VERSION_ARCH.cdx.json (the bill of materials) and
# fsp_VERSION_ARCH.sha256 in the directory (default: artifacts). Needs the .NET 10 SDK, dpkg-deb and jq.
#
# SOURCE_DATE_EPOCH (seconds since 1970) and SOURCE_REVISION stand in for git's last commit where there is no git.
# DPKG_DEB_COMPRESSOR_TYPE=none makes a large package quickly. Exit codes: 0 done, 2 wrong usage, 3 something is missing.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; }

case ${1:-amd64} in
  amd64) arch=amd64 rid=linux-x64 ;;
  arm64) arch=arm64 rid=linux-arm64 ;;
  --help) usage && exit 0 ;;
  *) usage >&2 && exit 2 ;;
esac
out=${2:-$root/artifacts}

if ! command -v dotnet >/dev/null; then
  echo "The .NET 10 SDK is needed and is not installed: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  exit 3
fi
"$root/softhsm/install-packages.sh" dpkg-deb=dpkg jq=jq

git_says() { git -c safe.directory='*' -C "$root" "$@" 2>/dev/null || true; }
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git_says log -1 --format=%ct)}
revision=${SOURCE_REVISION:-$(git_says rev-parse HEAD)}
# What is not in the commit is not what the commit's number promises.
if [[ -z ${SOURCE_REVISION:-} && -n $(git_says status --porcelain) ]]; then
  revision+=-changed
fi
if [[ -z $SOURCE_DATE_EPOCH || -z $revision ]]; then
  echo "This is no git repository: set SOURCE_DATE_EPOCH and SOURCE_REVISION to those of the commit." >&2
  exit 3
fi
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' "$root/Directory.Build.props")
date=$(date --utc --date="@$SOURCE_DATE_EPOCH" +%F)
name=fsp_${version}_$arch
maintainer="Forward Secret Proxy <fsp@example.org>"

export LC_ALL=C TZ=UTC DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
export DPKG_DEB_COMPRESSOR_TYPE=${DPKG_DEB_COMPRESSOR_TYPE:-xz}
umask 022
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
source=$work/source project=$work/source/src/ForwardSecretProxy tree=$work/tree

# From a copy: nothing that an earlier build left behind gets in, and the work tree stays as it is.
copy_source() {
  mkdir "$source"
  tar -C "$root" --exclude=bin --exclude=obj -c \
    .config .editorconfig Directory.Build.props Directory.Packages.props global.json src | tar -C "$source" -x
}

# MSBuild takes the sources in the order in which the file system lists them, and the compiler keeps it.
sort_sources() {
  {
    echo '<Project><ItemGroup><Compile Remove="@(Compile)" /></ItemGroup>'
    for project_folder in "$source"/src/*/; do
      echo "<ItemGroup Condition=\"'\$(MSBuildProjectName)' == '$(basename "$project_folder")'\">"
      (cd -- "$project_folder" && find . -name '*.cs' | sort | sed 's|^\./\(.*\)$|  <Compile Include="\1" />|')
      echo '</ItemGroup>'
    done
    echo '</Project>'
  } >"$source/src/Directory.Build.targets"
}

# No path of this machine gets into the file, nor anything that git would say of where the source came from. Nor symbols:
# they hold generated sources, and the logging generator writes its classes in an order that changes from run to run.
publish() {
  (cd -- "$source" && dotnet publish src/ForwardSecretProxy -c Release -r "$rid" -o "$work/publish" --nologo -v quiet \
    --disable-build-servers -p:RestoreLockedMode=true -p:EnableSourceLink=false \
    -p:EnableSourceControlManagerQueries=false -p:SourceRevisionId="$revision" -p:PathMap="$source=/fsp" \
    -p:DebugType=none >&2)
}

# The tool knows the packages, fsp.deps.json knows what of them, and which runtime, is in the file.
write_bill_of_materials() {
  (cd -- "$source" && dotnet tool restore >/dev/null && dotnet tool run dotnet-CycloneDX -- \
    src/ForwardSecretProxy/ForwardSecretProxy.csproj --disable-package-restore --no-serial-number \
    --framework net10.0 --runtime "$rid" --spec-version 1.6 --output-format Json --output "$work" --filename bom.json \
    --set-name fsp --set-version "$version" >/dev/null)
  jq --sort-keys --arg date "${date}T00:00:00Z" --slurpfile deps "$project/obj/Release/net10.0/$rid/fsp.deps.json" \
    --from-file "$here/bill-of-materials.jq" "$work/bom.json" >"$work/fsp.cdx.json"
}

# The commands write their own pages. Another processor's file does not run here: then they are built for this one.
write_manual() {
  local fsp=("$work/publish/fsp")
  if [[ $(dpkg --print-architecture) != "$arch" ]]; then
    (cd -- "$source" && dotnet build src/ForwardSecretProxy -c Release --nologo -v quiet --disable-build-servers >&2)
    fsp=(dotnet "$project/bin/Release/net10.0/fsp.dll")
  fi
  "${fsp[@]}" manual "$work/man" --readme "$root/README.md" --date "$date"
}

put() { # MODE SOURCE... DESTINATION-DIRECTORY/
  local mode=$1 destination=${*: -1}
  install -d "$tree$destination"
  install -m "$mode" "${@:2:$#-2}" "$tree$destination"
}

fill_tree() {
  local doc=/usr/share/doc/fsp/ notices
  put 755 "$work/publish/fsp" /usr/bin/
  put 644 "$here"/fsp.service "$here"/fsp.socket "$here"/fsp-{audit,cert-status,acme}.{service,timer} /usr/lib/systemd/system/
  put 644 "$here/fsp.jsonc" /etc/fsp/
  install -d -m 700 "$tree/etc/fsp/credentials"
  put 644 "$work"/man/*.1 /usr/share/man/man1/
  put 644 "$work"/man/*.5 /usr/share/man/man5/
  put 644 "$here/completions/fsp.bash" /usr/share/bash-completion/completions/
  mv "$tree/usr/share/bash-completion/completions/fsp.bash" "$tree/usr/share/bash-completion/completions/fsp"
  put 644 "$here/completions/_fsp" /usr/share/zsh/vendor-completions/
  put 644 "$here/completions/fsp.fish" /usr/share/fish/vendor_completions.d/
  put 644 "$here/copyright" "$here/README.Debian" "$work/fsp.cdx.json" "$doc"
  write_changelog >"$tree${doc}changelog"
  put 644 "$here/lintian-overrides" /usr/share/lintian/overrides/
  mv "$tree/usr/share/lintian/overrides/lintian-overrides" "$tree/usr/share/lintian/overrides/fsp"
  put 644 "$here/usb-token.conf" "$root"/config/*.jsonc "${doc}examples/"
  for server in postfix dovecot exim; do
    put 644 "$root/config/$server"/* "${doc}examples/$server/"
  done
  put 644 "$root/config/github-actions"/*.yml "${doc}examples/github-actions/"
  notices=$(dotnet nuget locals global-packages --list | sed 's/^[^/]*//')microsoft.netcore.app.runtime.$rid
  notices=$notices/$(runtime_version)
  put 644 "$notices/LICENSE.TXT" "$notices/THIRD-PARTY-NOTICES.TXT" "${doc}dotnet/"
  find "$tree/usr/share/man" "$tree${doc}changelog" -type f -exec gzip -9n {} +
}

# The newest section of CHANGELOG.md as deb-changelog(5) wants it.
write_changelog() {
  printf 'fsp (%s) unstable; urgency=medium\n\n' "$version"
  awk '/^## / { sections++ } sections == 1 && sub(/^- /, "  * ") || sections == 1 && sub(/^  /, "    ")' "$root/CHANGELOG.md"
  printf '\n -- %s  %s\n' "$maintainer" "$(date --utc --date="@$SOURCE_DATE_EPOCH" --rfc-email)"
}

runtime_version() {
  jq -r '.libraries | keys[] | select(startswith("runtimepack.Microsoft.NETCore.App.")) | split("/")[1]' \
    "$project/obj/Release/net10.0/$rid/fsp.deps.json"
}

write_control() {
  local control=$tree/DEBIAN size
  size=$(du -sk --apparent-size "$tree" | cut -f1)
  install -d "$control"
  sed "s/@VERSION@/$version/; s/@ARCHITECTURE@/$arch/; s/@SIZE@/$size/; s/@MAINTAINER@/$maintainer/" \
    "$here/control" >"$control/control"
  install -m 755 "$here/postinst" "$here/prerm" "$here/postrm" "$control"
  install -m 644 "$here/conffiles" "$here/triggers" "$control"
  (cd -- "$tree" && find usr etc -type f ! -path etc/fsp/fsp.jsonc -print0 | sort -z | xargs -0 md5sum) \
    >"$control/md5sums"
  find "$tree" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

copy_source
sort_sources
publish
write_bill_of_materials
write_manual
fill_tree
write_control
mkdir -p "$out"
dpkg-deb --root-owner-group --build "$tree" "$out/$name.deb" >&2
install -m 755 "$work/publish/fsp" "$out/$name"
install -m 644 "$work/fsp.cdx.json" "$out/$name.cdx.json"
(cd -- "$out" && sha256sum "$name" "$name.deb" "$name.cdx.json" | tee "$name.sha256")
