#!/bin/sh
# This machine as it is, with a layer over it that takes all that is written. Everything lives in namespaces that end with
# this process: what is installed there leaves nothing behind.
#
#   scratch-system.sh hold DIRECTORY     an ordinary mount namespace, held until standard input ends
#   scratch-system.sh boot DIRECTORY     a machine of its own but for the network, with systemd as its first process
#
# DIRECTORY is empty, and its name is the name of the control group, too.
set -e
mode=$1 top=$2

case $mode in
  hold) exec unshare --mount "$0" held "$top" ;;
  boot)
    # systemd makes groups of its own below the one it starts in.
    group=$(findmnt --noheadings --first-only --types cgroup2 --output TARGET)/$(basename "$top")
    mkdir "$group"
    echo $$ >"$group/cgroup.procs"
    exec unshare --mount --pid --uts --ipc --cgroup --fork --kill-child "$0" booted "$top"
    ;;
esac

mount -t tmpfs scratch "$top"
mkdir "$top/upper" "$top/work" "$top/root"
mount -t overlay scratch -o "lowerdir=/,upperdir=$top/upper,workdir=$top/work" "$top/root"
cd "$top/root"
mount --rbind /dev dev
if [ "$mode" = held ]; then
  mount --rbind /proc proc
  mount --rbind /sys sys
else
  mount -t proc proc proc
  mount -t sysfs sys sys
  mount -t cgroup2 cgroup sys/fs/cgroup
  mount -t tmpfs run run
  # What this machine does when it starts is not to happen twice.
  for unit in lib/systemd/system/s*.target.wants/* etc/systemd/system/*.wants/*; do
    case $unit in
      */systemd-journald*) ;;
      *) ln -sf /dev/null "etc/systemd/system/$(basename "$unit")" ;;
    esac
  done
fi
mkdir -p scratch-old
pivot_root . scratch-old
umount -l scratch-old
rmdir scratch-old
if [ "$mode" = held ]; then
  echo mounted
  exec cat
fi
mount --make-rshared /
exec env --ignore-environment container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --unit=basic.target --log-target=null --show-status=no </dev/null
