#!/usr/bin/env bash
# Builds everything and runs all the tests: those without sockets first, then those against real programs.
#
#   tests/run.sh [--filter EXPRESSION]     arguments go to `dotnet test`
#
# The last line is "N passed, N failed", with ", N skipped" when some were. Exit codes: 0 all passed, 1 some failed or
# none ran, 3 a program that is needed is missing.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

if ! command -v dotnet >/dev/null; then
  echo "The .NET 10 SDK is needed and is not installed: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  exit 3
fi
softhsm/install-packages.sh softhsm2-util=softhsm2 pkcs11-tool=opensc openssl=openssl curl=curl \
  nginx=nginx-light haproxy=haproxy apache2=apache2-bin stunnel=stunnel4 node=nodejs tshark=tshark \
  systemd-socket-activate=systemd sslscan=sslscan testssl=testssl.sh \
  dpkg-deb=dpkg jq=jq man=man-db nsenter=util-linux nsd=nsd unbound=unbound ldns-signzone=ldnsutils \
  gcc=gcc,libc6-dev pebble=pebble postfix=postfix swaks=swaks,libnet-ssleay-perl \
  doveadm=dovecot-core,dovecot-imapd,dovecot-pop3d,dovecot-lmtpd,dovecot-managesieved \
  certutil=libnss3-tools p11-kit=p11-kit,p11-kit-modules pkcsslotd=opencryptoki \
  swtpm=swtpm,libtpm2-pkcs11-1,libtss2-tcti-swtpm0 \
  optional:chromium=chromium optional:promtool=prometheus
tests/unpack-package.sh exim4-daemon-heavy

dotnet build ForwardSecretProxy.sln -c Release --nologo -v minimal --disable-build-servers

results=$(mktemp -d)
trap 'rm -rf -- "$results"' EXIT
passed=0 failed=0 skipped=0

# The counters of a results file: <Counters total="3" executed="3" passed="3" failed="0" ... />
counter() { sed -n "s/.*<Counters.* $2=\"\([0-9]*\)\".*/\1/p" "$1"; }

run() {
  local project=$1 trx=$results/$1.trx status=0
  shift
  dotnet test "tests/$project" -c Release --no-build --nologo --results-directory "$results" \
    --logger "trx;LogFileName=$project.trx" --logger "console;verbosity=minimal" "$@" </dev/null || status=$?

  local lost=0
  if [[ -f $trx ]]; then
    local total ran good
    total=$(counter "$trx" total) ran=$(counter "$trx" executed) good=$(counter "$trx" passed)
    passed=$((passed + good)) lost=$((ran - good)) skipped=$((skipped + total - ran))
  fi
  # A test run that died has fewer results than tests: it counts as a failure whatever they say.
  if ((status != 0 && lost == 0)); then
    echo "$project ended with exit code $status before all its tests had a result." >&2
    lost=1
  fi
  failed=$((failed + lost))
}

run ForwardSecretProxy.Tests "$@"
run ForwardSecretProxy.FunctionalTests "$@"

summary="$passed passed, $failed failed"
if ((skipped > 0)); then
  summary+=", $skipped skipped"
fi
echo "$summary"
((passed > 0 && failed == 0))
