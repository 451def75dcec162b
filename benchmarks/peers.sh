#!/usr/bin/env bash
# Compares fsp with nginx, Apache httpd and stunnel as TLS terminators on this machine: the same token (SoftHSM), keys,
# certificates, backend and load. Prints markdown tables; progress goes to stderr.
#
#   benchmarks/peers.sh [MODE...]      all of them when none is named, in about an hour
#
#   versions     what is compared, and on what
#   handshakes   full handshakes: how many, and the processor time of either side for one
#   saturated    the same from two generators, so that the server is what is short of time
#   slow         a token that takes 20 ms a signature: new handshakes, and requests on connections that are open
#   returning    fsp only: resumed handshakes beside full ones that keep a slow token with one session busy
#   responses    requests on connections that stay open, HTTP/1.1 and HTTP/2, and a body of 100 MiB
#   relays       streams and mail through relays, beside HAProxy: MB/s, and the processor time for a MB
#   idle         memory of 10,000 connections that do nothing
#   start        from the start of the process to the first finished handshake
#
# Settings, from the environment:
#
#   REPS=5            repetitions of handshakes and saturated, at least two more of start, half as many of the others;
#                     every figure is the median
#   SECONDS_EACH=3    how long each run is measured
#   WARMUP=5          seconds of load before that, for a server that compiles while it runs
#   SERVERS="fsp nginx apache stunnel"   fsp-in-process is fsp with its token's module in its own process
#   WORKERS=2         of nginx and Apache; fsp and stunnel use the processors there are
#   IDLE=10000        connections of idle
#   PEERS_DIR=DIR     where the token, configurations, logs and raw results are kept; without it they are in TMPDIR and
#                     are removed at the end
#   PORT=24443 BACKEND_PORT=24080, which must be below the ports that the kernel gives to clients
#
# Quick, to see that it works: REPS=1 SECONDS_EACH=1 WARMUP=1 IDLE=500 benchmarks/peers.sh
#
# Needs the .NET 10 SDK; other programs are installed from Debian's packages when they are missing. Exit codes: 0 done,
# 1 a server or a run failed, 2 wrong usage, 3 a program that is needed is missing or a port is taken.
set -euo pipefail

usage() { sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '/^set /d'; }
say() { printf '%s\n' "$*" >&2; }
fail() { local code=$1; shift; say "$@"; exit "$code"; }

readonly all_modes=(versions handshakes saturated slow returning responses relays idle start)
for argument in "$@"; do
  case $argument in
    -h | --help) usage; exit 0 ;;
  esac
  if [[ " ${all_modes[*]} " != *" $argument "* ]]; then
    say "There is no mode \"$argument\"."
    usage >&2
    exit 2
  fi
done

umask 077
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
export LC_ALL=C DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
REPS=${REPS:-5} SECONDS_EACH=${SECONDS_EACH:-3} WARMUP=${WARMUP:-5} WORKERS=${WORKERS:-2} IDLE=${IDLE:-10000}
read -ra servers <<<"${SERVERS:-fsp nginx apache stunnel}"
PORT=${PORT:-24443} BACKEND_PORT=${BACKEND_PORT:-24080}
dir=${PEERS_DIR:-}
few=$(((REPS + 1) / 2))
body_mib=100
relay_mib=256
server='' backend='' helper=''
. "$root/benchmarks/peers/servers.sh"

# ---- Processes -----

# The process and all its descendants.
tree() {
  local child
  echo "$1"
  for child in $(cat "/proc/$1"/task/*/children 2>/dev/null); do tree "$child"; done
}

cpu_ms() { # of a whole tree, in steps of 10 ms
  local pid
  for pid in $(tree "$1"); do cat "/proc/$pid/stat" 2>/dev/null || true; done |
    awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); ticks += $12 + $13 } END { print ticks * 1000 / hz }'
}

memory_bytes() {
  local pid
  for pid in $(tree "$1"); do cat "/proc/$pid/smaps_rollup" 2>/dev/null || true; done |
    awk '/^Pss:/ { kib += $2 } END { print kib * 1024 }'
}

stop() {
  [[ -n $1 ]] || return 0
  local pids pid
  mapfile -t pids < <(tree "$1")
  kill -TERM "$1" 2>/dev/null || true
  for _ in {1..50}; do
    kill -0 "${pids[@]}" 2>/dev/null || break
    sleep 0.1
  done
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  wait "$1" 2>/dev/null || true
}

stop_server() { stop "$server"; server=''; }
stop_all() {
  stop "$helper"
  stop_server
  stop "$backend"
  if [[ -z ${PEERS_DIR-} && -n $dir ]]; then rm -rf -- "$dir"; fi
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
demand_free() { ! answers "$1" || fail 3 "Port $1 is taken; PORT and BACKEND_PORT choose others."; }

await() { # PORT PID LOG
  for _ in {1..150}; do
    if answers "$1"; then return; fi
    kill -0 "$2" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$3" >&2
  fail 1 "No server came up at port $1; above is the end of $3."
}

# ---- What is needed -----

install_what_is_missing() {
  command -v dotnet >/dev/null ||
    fail 3 "The .NET 10 SDK is needed and is not installed: https://dotnet.microsoft.com/download/dotnet/10.0"
  local package wanted=(softhsm2-util=softhsm2 nginx=nginx apache2=apache2 stunnel4=stunnel4 wrk=wrk jq=jq
    h2load=nghttp2-client haproxy=haproxy curl=curl cc=gcc openssl=openssl)
  for package in libengine-pkcs11-openssl libssl-dev libc6-dev; do # These have no program to look for.
    dpkg -s "$package" >/dev/null 2>&1 || wanted+=("$package=$package")
  done
  "$root/softhsm/install-packages.sh" "${wanted[@]}"
}

make_token_and_keys() {
  printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$dir" >"$SOFTHSM2_CONF"
  if [[ ! -e $dir/rsa.pem ]]; then
    rm -rf -- "$dir/tokens"
    mkdir "$dir/tokens"
    local name
    for name in pin so-pin; do od -An -N6 -tx1 /dev/urandom | tr -d ' \n' >"$dir/$name"; done
    "$fsp" token init --module "$softhsm" --label peers --so-pin-file "$dir/so-pin" --pin-file "$dir/pin"
    for name in ecdsa=ec-p256 rsa=rsa-2048; do
      "$fsp" key generate --module "$softhsm" --label peers --pin-file "$dir/pin" --key-label "${name%=*}" \
        --type "${name#*=}" --out "$dir/${name%=*}.pub.pem"
      "$fsp" cert self-sign --module "$softhsm" --pin-file "$dir/pin" --key "pkcs11:token=peers;object=${name%=*}" \
        --dns localhost --ip 127.0.0.1 --out "$dir/${name%=*}.pem"
    done >&2
  fi
  # Apache started by root opens the token again as www-data, which may then enter this directory and the token's.
  if ((EUID == 0)); then chown www-data "$dir" && chown -R www-data "$dir/tokens"; fi
}

prepare() {
  install_what_is_missing
  if [[ -z $dir ]]; then dir=$(mktemp -d -t fsp-peers.XXXXXX); fi
  mkdir -p "$dir"/{results,www}
  dir=$(cd -- "$dir" && pwd)
  chmod 700 "$dir"
  softhsm=$(find /usr/lib /usr/local/lib -name libsofthsm2.so -print -quit 2>/dev/null)
  fsp=$dir/fsp/fsp
  export SOFTHSM2_CONF=$dir/softhsm2.conf SLOW_TOKEN_MODULE=$softhsm SLOW_TOKEN_MS=0
  ulimit -n "$(ulimit -Hn)"

  say "Building ..."
  (cd -- "$root" && dotnet publish src/ForwardSecretProxy -c Release -o "$dir/fsp" --nologo -v quiet \
    --disable-build-servers >&2)
  cc -O2 -Wall -shared -fPIC -o "$dir/slow-token.so" "$root/benchmarks/peers/slow-token.c" -ldl -lpthread
  cc -O2 -Wall -o "$dir/client" "$root/benchmarks/peers/client.c" -lssl -lcrypto
  cc -O2 -Wall -o "$dir/bulk" "$root/benchmarks/peers/bulk.c" -lssl -lcrypto -lpthread
  make_token_and_keys
  [[ -s $dir/www/body ]] || head -c $((body_mib << 20)) /dev/urandom >"$dir/www/body"
}

spawn() { # SERVER KEY [MILLISECONDS-A-SIGNATURE [SESSIONS]]
  local key=$2 module=$softhsm sessions=${4:-32} command
  if (($# > 2)); then module=$dir/slow-token.so SLOW_TOKEN_MS=$3; fi
  demand_free "$PORT"
  "configure_$1"
  launched=$EPOCHREALTIME
  "${command[@]}" >"$dir/$1.out" 2>&1 &
  server=$!
}

start_backend() {
  local command
  demand_free "$BACKEND_PORT"
  configure_backend
  "${command[@]}" >"$dir/backend.out" 2>&1 &
  backend=$!
  await "$BACKEND_PORT" "$backend" "$dir/backend.out"
}

start() {
  spawn "$@"
  await "$PORT" "$server" "$dir/$1.out"
}

# ---- Load, and what becomes of the figures -----

# All servers, another one first in each repetition.
in_turn() { # REPETITION
  local i n=${#servers[@]}
  for ((i = 0; i < n; i++)); do echo "${servers[(i + $1 - 1) % n]}"; done
}

chosen() { [[ " ${servers[*]} " == *" $1 "* ]]; }

bench() { # RESULT OPTION...: exit code 1 of fsp means that it counted errors, which RESULT has too.
  local result=$dir/$1.json
  shift
  timeout $((WARMUP + SECONDS_EACH + 40)) "$fsp" bench "127.0.0.1:$PORT" --warmup "${WARMUP}s" \
    --duration "${SECONDS_EACH}s" --json "$@" >"$result" 2>"$result.log" || (($? == 1)) ||
    fail 1 "fsp bench $*: $(<"$result.log")"
}

# Sets figures. JQ-ARRAY gets the results as $r, and latency(WHICH) of one of them.
figures() { # JQ-ARRAY RESULT...
  local filter=$1
  shift
  mapfile -t figures < <(jq -rs "def latency(\$what): .latencies[] | select(.what == \$what); . as \$r | $filter |
    map(. // \"-\")[]" "${@/#/$dir/}")
}

warm_up() { timeout 30 wrk -t1 -c8 -d"$1" "https://127.0.0.1:$PORT/" >/dev/null; }

row() { # CASE SERVER FIGURE...: kept for the table
  local IFS=$'\t'
  echo "$*" >>"$rows"
  say "  $*"
}

begin() { # MODE TITLE
  rows=$dir/results/$1.tsv
  : >"$rows"
  say "$1 ..."
  printf '\n### %s\n' "$2"
}

# Medians of the rows by case and server. With "ratio" the last column is the first figure over nginx's.
table() { # COLUMNS-AFTER-THE-SERVER [ratio]
  printf '\n| case | server | %s |\n' "${1//,/ | }"
  sort -s -t$'\t' -k1,1 "$rows" | awk -F'\t' -v heads="$1" -v ratio="${2-}" -f "$root/benchmarks/peers/table.awk"
}

end_helper() {
  wait "$helper" || fail 1 "What ran beside it failed."
  helper=''
}

quotient() { awk -v a="$1" -v b="$2" 'BEGIN { print (b > 0 ? a / b : "-") }'; }

# ---- The modes -----

versions() {
  printf '\n### What, and on what\n\n'
  echo "- Linux $(uname -r), $(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
  echo "- $("$fsp" --version | sed 's/^/fsp /'), commit $(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown)," \
    ".NET SDK $(dotnet --version), $(openssl version)"
  dpkg-query -W -f '- ${Package} ${Version}\n' nginx apache2 stunnel4 libengine-pkcs11-openssl libsofthsm2 libssl3 \
    wrk nghttp2-client 2>/dev/null || true
}

handshakes() {
  begin handshakes "Full handshakes, 32 connections, one generator"
  local repetition key name tls
  for ((repetition = 1; repetition <= REPS; repetition++)); do
    for key in ecdsa rsa; do
      for tls in 1.3 1.2; do
        for name in $(in_turn "$repetition"); do
          start "$name" "$key"
          bench one --connections 32 --tls "$tls" --cert "$key" --server-pid "$server"
          figures '$r[0] | [.throughput.perSecond, .serverCpu.perConnection, .clientCpu.perConnection,
            .serverCpu.timesClient, latency("fullHandshake").p99, .counts.errors]' one.json
          row "$key, TLS $tls" "$name" "${figures[@]}"
          stop_server
        done
      done
    done
  done
  table "handshakes/s,server CPU ms,client CPU ms,server / client,p99 ms,errors"
}

saturated() {
  begin saturated "Full handshakes, two generators, ecdsa"
  local repetition name tls each
  for ((repetition = 1; repetition <= REPS; repetition++)); do
    for name in $(in_turn "$repetition"); do
      start "$name" ecdsa
      for tls in 1.3 1.2; do
        for each in 16 128; do
          bench one --connections "$each" --tls "$tls" &
          helper=$!
          bench two --connections "$each" --tls "$tls"
          end_helper
          figures '[($r | map(.throughput.perSecond) | add), ($r | map(.counts.errors) | add)]' one.json two.json
          row "TLS $tls, 2 x $each connections" "$name" "${figures[@]}"
        done
      done
      stop_server
    done
  done
  table "handshakes/s,errors,to nginx" ratio
}

slow() {
  begin slow "New handshakes with a token that takes 20 ms or 0 ms a signature, 64 connections, ecdsa"
  local repetition name tls ms
  for ((repetition = 1; repetition <= few; repetition++)); do
    for name in $(in_turn "$repetition"); do
      for ms in 20 0; do
        start "$name" ecdsa "$ms" 64
        for tls in 1.3 1.2; do
          bench one --connections 64 --tls "$tls"
          figures '$r[0] | [.throughput.perSecond, latency("fullHandshake").p50, latency("fullHandshake").p99,
            .counts.errors]' one.json
          row "$ms ms, TLS $tls" "$name" "${figures[@]}"
        done
        stop_server
      done
    done
  done
  table "handshakes/s,p50 ms,p99 ms,errors"

  begin slow-requests "Requests on 8 open connections, beside 16 that make new handshakes with a request each"
  for ((repetition = 1; repetition <= few; repetition++)); do
    for name in $(in_turn "$repetition"); do
      for ms in 20 0; do
        start "$name" ecdsa "$ms" 64
        SECONDS_EACH=$((SECONDS_EACH + 2)) bench beside --connections 16 --request / &
        helper=$!
        sleep $((WARMUP + 1))
        requests_by_wrk 8
        end_helper
        figures '$r[0] | [.throughput.perSecond, .counts.errors]' beside.json
        row "$ms ms" "$name" "$per_second" "$p99" "${figures[0]}" $((errors + figures[1]))
        stop_server
      done
    done
  done
  table "requests/s,p99 ms,new handshakes/s beside,errors"
}

returning() {
  begin returning "fsp: resumed handshakes (600/s offered) beside full ones; one session, 100 ms a signature"
  local repetition
  # The first handshake of each returning client is a full one, and has to be over when measuring starts.
  local WARMUP=$((WARMUP > 4 ? WARMUP : 4))
  for ((repetition = 1; repetition <= few; repetition++)); do
    start fsp ecdsa 100 1
    bench full --connections 8 --request / &
    helper=$!
    bench resumed --connections 16 --resume --rate 600
    end_helper
    figures '($r[0].throughput.perSecond + $r[1].counts.full / '"$SECONDS_EACH"') as $signatures |
      $r[1] | .throughput.perSecond as $resumed | latency("resumedHandshake") as $latency |
      [$resumed, $signatures, $resumed / $signatures, $latency.p50, $latency.p99, $r[0].counts.errors + .counts.errors]' \
      full.json resumed.json
    row "one session, 100 ms" fsp "${figures[@]}"
    stop_server
  done
  table "resumed/s,signatures/s,resumed per signature,resumed p50 ms,p99 ms,errors"
}

requests_by_wrk() { # CONNECTIONS: sets per_second, p99 (ms), requests, errors
  read -r per_second p99 requests errors < <(
    timeout $((SECONDS_EACH + 30)) wrk -t1 -c"$1" -d"$SECONDS_EACH" --latency "https://127.0.0.1:$PORT/" | awk '
      function ms(text) { return text ~ /us$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : text * 1000 }
      $1 == "99%" { p99 = ms($2) }
      $2 == "requests" && $3 == "in" { requests = $1 }
      $1 == "Requests/sec:" { rate = $2 }
      $1 == "Non-2xx" { errors += $NF }
      $1 == "Socket" { for (i = 4; i <= NF; i += 2) errors += $i }
      END { print rate + 0, p99 + 0, requests + 0, errors + 0 }')
}

requests_by_h2load() { # sets per_second, requests, errors
  read -r per_second requests errors < <(
    timeout $((SECONDS_EACH + 30)) h2load -t1 -c8 -m16 -D"$SECONDS_EACH" "https://127.0.0.1:$PORT/" | awk '
      $1 == "finished" { rate = $4 }
      $1 == "status" { requests = $3; other = $5 + $7 + $9 }
      $1 == "Application" { protocol = $3 }
      END { print protocol == "h2" ? rate : 0, requests + 0, protocol == "h2" ? other : 1 }')
}

responses() {
  begin responses "Requests for 2 bytes on connections that stay open, ecdsa, TLS 1.3"
  local repetition name before
  for ((repetition = 1; repetition <= few; repetition++)); do
    for name in $(in_turn "$repetition"); do
      start "$name" ecdsa
      warm_up $((WARMUP + 1))
      before=$(cpu_ms "$server")
      requests_by_wrk 32
      row "HTTP/1.1, 32 connections" "$name" "$per_second" \
        "$(quotient "$((($(cpu_ms "$server") - before) * 1000))" "$requests")" "$errors"
      if [[ $name != stunnel ]]; then # which does not look into what it carries
        timeout 30 h2load -t1 -c8 -m16 -D$((WARMUP + 1)) "https://127.0.0.1:$PORT/" >/dev/null
        before=$(cpu_ms "$server")
        requests_by_h2load
        row "HTTP/2, 8 connections x 16" "$name" "$per_second" \
          "$(quotient "$((($(cpu_ms "$server") - before) * 1000))" "$requests")" "$errors"
      fi
      stop_server
    done
  done
  table "requests/s,server CPU us,errors,to nginx" ratio

  begin bodies "A body of $body_mib MiB over HTTP/1.1, TLS 1.3"
  for ((repetition = 1; repetition <= few; repetition++)); do
    for name in $(in_turn "$repetition"); do
      start "$name" ecdsa
      warm_up "$WARMUP"
      bodies 1 >/dev/null
      row "1 at once" "$name" $(bodies 1)
      row "4 at once" "$name" $(bodies 4)
      stop_server
    done
  done
  table "MB/s,server CPU ms per MB,to nginx" ratio
}

bodies() { # HOW-MANY-AT-ONCE, twice: MB/s and CPU ms per MB
  local before since=$EPOCHREALTIME round i downloads
  before=$(cpu_ms "$server")
  for round in 1 2; do
    downloads=()
    for ((i = 0; i < $1; i++)); do
      curl --insecure --silent --show-error --fail --http1.1 --max-time 60 --output /dev/null \
        "https://localhost:$PORT/body" --resolve "localhost:$PORT:127.0.0.1" &
      downloads+=($!)
    done
    for i in "${downloads[@]}"; do wait "$i" || fail 1 "A body did not arrive whole."; done
  done
  awk -v mb="$((2 * $1 * (body_mib << 20)))e-6" -v since="$since" -v now="$EPOCHREALTIME" \
    -v cpu="$(($(cpu_ms "$server") - before))" 'BEGIN { print mb / (now - since), cpu / mb }'
}

# HAProxy has its key in a file: it cannot use the token, and a relay's cost is not in the handshake.
relays() {
  begin relays "Streams of $relay_mib MiB through a relay, TLS 1.3, AES-128-GCM"
  local repetition name case at ports=("$PORT" $((PORT + 1)) $((PORT + 2)))
  local behind=($((BACKEND_PORT + 1)) $((BACKEND_PORT + 2)) $((BACKEND_PORT + 3)))
  "$dir/bulk" serve "${behind[@]}" "$relay_mib" &
  helper=$!
  for ((repetition = 1; repetition <= few; repetition++)); do
    for name in fsp_relay haproxy; do
      start "$name" ecdsa
      for case in 0:up 1:down 2:smtp; do
        for at in 1 8; do
          stream "${case#*:}" "${ports[${case%:*}]}" "$at" >/dev/null
          row "${case#*:}, $at at once" "${name%_relay}" $(stream "${case#*:}" "${ports[${case%:*}]}" "$at")
        done
      done
      stop_server
    done
  done
  stop "$helper"
  helper=''
  table "MB/s,server CPU ms per MB"
}

stream() { # up|down|smtp PORT HOW-MANY-AT-ONCE: MB/s and CPU ms per MB
  local before rate
  before=$(cpu_ms "$server")
  rate=$(timeout 120 "$dir/bulk" "$1" "$2" "$relay_mib" "$3") || fail 1 "A stream did not arrive whole."
  echo "$rate $(quotient $(($(cpu_ms "$server") - before)) $((relay_mib * $3)))"
}

idle() {
  begin idle "Memory (Pss) of $IDLE idle connections, TLS 1.3"
  local name before word said
  for name in nginx fsp; do
    chosen "$name" || continue
    start "$name" ecdsa
    warm_up "$WARMUP"
    "$dir/client" hold "$PORT" 200 < <(echo; sleep 2) >/dev/null
    sleep 2
    before=$(memory_bytes "$server")
    coproc HOLD { exec "$dir/client" hold "$PORT" "$IDLE"; }
    helper=$HOLD_PID
    for word in handshakes requests; do
      read -r -t 200 said <&"${HOLD[0]}" && [[ $said == "$word" ]] || fail 1 "$name did not hold $IDLE connections."
      sleep 3
      row "after the ${word%s}" "$name" "$(quotient $(($(memory_bytes "$server") - before)) "$IDLE")"
      if [[ $word == handshakes ]]; then echo >&"${HOLD[1]}"; fi
    done
    stop "$helper"
    helper=''
    stop_server
  done
  table "bytes per connection"
}

start_up() {
  begin start "From the start of the process to the first finished handshake"
  local repetition name
  for ((repetition = 1; repetition <= REPS + 2; repetition++)); do
    for name in nginx fsp; do
      chosen "$name" || continue
      spawn "$name" ecdsa
      row "ecdsa, TLS 1.3" "$name" "$(timeout 30 "$dir/client" first "$PORT" "$launched")"
      stop_server
    done
  done
  table "ms"
}

trap stop_all EXIT
trap 'exit 130' INT TERM
prepare
start_backend
if (($# == 0)); then set -- "${all_modes[@]}"; fi
for mode in "$@"; do
  if [[ $mode == start ]]; then mode=start_up; fi
  "$mode"
done
