#!/usr/bin/env bash
# Shows Forward Secret Proxy at work on this machine: a token, a key that is born on it and cannot leave it, a
# certificate, and the proxy at https://localhost:8443 in front of a small built-in page. Ctrl-C stops it.
#
#   softhsm/demo.sh [--upstream URL | --mail] [--port N]
#
# Needs the .NET 10 SDK; SoftHSM, the token in software, is installed when it is missing.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

if ! command -v dotnet >/dev/null; then
  echo "The .NET 10 SDK is needed and is not installed: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  exit 3
fi
"$root/softhsm/install-packages.sh" softhsm2-util=softhsm2 openssl=openssl

echo "Building ..." >&2
(cd -- "$root" && dotnet build src/ForwardSecretProxy -c Release --nologo -v quiet --disable-build-servers >&2)
exec dotnet "$root/src/ForwardSecretProxy/bin/Release/net10.0/fsp.dll" demo "$@"
