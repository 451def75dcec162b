#!/usr/bin/env bash
# Builds the benchmarks and runs them.
#
#   benchmarks/run.sh [short|long|smoke] [--filter PATTERN...]
#
#   short   three iterations of each, in about five minutes: shows large differences (the default)
#   long    as many iterations as BenchmarkDotNet finds necessary, which takes several times as long
#   smoke   each once, in seconds: shows that they still run, and measures nothing
#
# Further arguments are BenchmarkDotNet's own, such as --filter '*Relay*' '*Parsing*'. The tables go to
# BenchmarkDotNet.Artifacts/results. Exit codes: 0 every benchmark has a result, 1 one has none or the build failed,
# 2 wrong usage, 3 a program that is needed is missing.
set -euo pipefail

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

mode=short
case ${1-} in
  short | long | smoke)
    mode=$1
    shift
    ;;
  -h | --help)
    usage
    exit 0
    ;;
  "" | -*) ;;
  *)
    echo "There is no mode \"$1\"." >&2
    usage >&2
    exit 2
    ;;
esac

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

if ! command -v dotnet >/dev/null; then
  echo "The .NET 10 SDK is needed and is not installed: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
  exit 3
fi
softhsm/install-packages.sh softhsm2-util=softhsm2

echo "Building ..." >&2
dotnet build benchmarks/ForwardSecretProxy.Benchmarks -c Release --nologo -v quiet --disable-build-servers >&2
exec dotnet benchmarks/ForwardSecretProxy.Benchmarks/bin/Release/net10.0/ForwardSecretProxy.Benchmarks.dll "$mode" "$@"
