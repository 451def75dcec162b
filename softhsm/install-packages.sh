#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages of the programs that are missing, after saying so.
#
#   softhsm/install-packages.sh PROGRAM=PACKAGE... [optional:PROGRAM=PACKAGE...]
#
# PROGRAM tells whether it is there; a program that takes several packages names them with commas between.
# An optional program that apt does not have is only mentioned. Exit code 3: something is missing and could not be
# installed; the message says what.
set -euo pipefail

# nginx and the like live where an ordinary user's PATH does not look.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
policy=/usr/sbin/policy-rc.d

say() { printf '%s\n' "$*" >&2; }

# Ubuntu's chromium package is only a pointer to a snap, which needs a running snapd: no use in a container.
has_real_package() {
  local candidate
  candidate=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null | awk '/Candidate:/ { print $2 }')
  [[ -n $candidate && $candidate != "(none)" && $candidate != *snap* ]]
}

required=()
optional=()
programs=()
for wanted in "$@"; do
  pair=${wanted#optional:}
  if command -v "${pair%%=*}" >/dev/null; then
    continue
  elif [[ $wanted == optional:* ]]; then
    optional+=("$pair")
  else
    IFS=, read -ra packages <<<"${pair#*=}"
    required+=("${packages[@]}")
    programs+=("${pair%%=*}")
  fi
done
if ((${#required[@]} + ${#optional[@]} == 0)); then
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  if ((${#optional[@]} > 0)); then
    say "Not here, and what needs it is skipped: ${optional[*]%%=*}"
  fi
  if ((${#required[@]} > 0)); then
    say "These programs are needed and are not installed: ${programs[*]}"
    say "This system has no apt-get, so install them with its own package manager and run this again."
    say "(On Debian they come from: ${required[*]})"
    exit 3
  fi
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    say "These programs are needed and are not installed: ${programs[*]} ${optional[*]%%=*}"
    say "Neither root nor sudo is available here. As root, run: apt-get install ${required[*]} ${optional[*]#*=}"
    ((${#required[@]} == 0)) || exit 3
    exit 0
  fi
  as_root=(sudo)
fi

# A package that starts its service at once would take port 80 on the developer's machine.
forbid_services() {
  if [[ ! -e $policy ]]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
  fi
}

# Never at the price of another package: a mail server of the machine's own would go for the tests' one.
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq --no-remove -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2
}

say "Not installed yet: ${programs[*]} ${optional[*]%%=*}"
apt update || say "apt-get update failed; going on with the package lists that are here."
for pair in "${optional[@]}"; do
  if has_real_package "${pair#*=}"; then
    required+=("${pair#*=}")
  else
    say "This system has no package ${pair#*=}: what needs ${pair%%=*} is skipped."
  fi
done
if ((${#required[@]} > 0)); then
  say "Installing with apt-get: ${required[*]}"
  forbid_services
  apt install -y --no-install-recommends "${required[@]}" || {
    say "apt-get could not install: ${required[*]}. Install them by hand and run this again."
    exit 3
  }
fi
