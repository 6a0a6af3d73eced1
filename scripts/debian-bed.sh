#!/usr/bin/env bash
# Runs a command in a fresh Debian of another release: a folder made with debootstrap from this machine's own
# package source, entered with chroot, and removed at the end. Root only.
#   scripts/debian-bed.sh SUITE [--sources] [--bind FOLDER:PLACE]... -- COMMAND [ARGUMENT...]
# SUITE: bookworm, trixie or sid.
#   --sources             the tracked files, as they are here, are copied to /rustcam-cli, where COMMAND starts;
#                         if RUSTCAM_CACHE has a folder ccache, compilers use it
#   --bind FOLDER:PLACE   FOLDER is seen at PLACE
# The mounts live in a namespace of the command's own, as its processes do: whatever ends this script, neither is left.
# A base system takes half a minute. It is kept, compressed, for a week, and so the next bed takes seconds.
# environment: RUSTCAM_CACHE  where it is kept (default: ~/.cache/rustcam-cli)
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
say() { printf 'debian-bed: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
usage() { sed -n '4,4s/^# *//p' "$0" >&2; exit 2; }

# apart COMMAND...: with mounts of its own, as the first of its own processes, and ended with this script.
apart() { setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$@"; }

# In the namespace: the mounts, then the command with a clean environment.
if [[ ${1:-} == --inside ]]; then
  bed=$2 place=$3; shift 3
  mount -t proc proc "$bed/proc"
  mount --bind /dev "$bed/dev"
  mount -t devpts devpts "$bed/dev/pts" -o mode=620,ptmxmode=666
  mount -t tmpfs -o mode=1777 tmpfs "$bed/dev/shm"
  while [[ $1 != -- ]]; do
    mkdir -p "$bed/${1#*:}"
    mount --bind "${1%%:*}" "$bed/${1#*:}"
    shift
  done
  shift
  exec chroot "$bed" env -i --chdir="$place" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" CCACHE_DIR=/ccache ${CI:+"CI=$CI"} "$@"
fi

suite=${1:-}
case $suite in bookworm | trixie | sid) shift ;; *) usage ;; esac
sources=0 binds=()
while [[ $# -gt 0 && $1 != -- ]]; do
  case $1 in
    --sources) sources=1; shift ;;
    --bind) [[ ${2:-} == ?*:/?* ]] || usage; binds+=("$2"); shift 2 ;;
    *) usage ;;
  esac
done
[[ $# -ge 2 ]] || usage
shift

[[ $(id -u) -eq 0 ]] || die "a bed needs root, for chroot and its mounts"
grep -qx 'ID=debian' /etc/os-release || die "a bed is made from this machine's package source, which must be Debian's"
"$here/scripts/install-deps.sh" bed
# Debian's own archive, in whatever form apt's source lists name it. It is known once the lists have been read.
archive() { apt-get indextargets --format "\$(REPO_URI)" 'Created-By: Packages' 'Label: Debian' | sort -u | head -n 1; }
mirror=$(archive)
if [[ -z $mirror ]]; then
  apt-get update -qq >&2
  mirror=$(archive)
fi
[[ -n $mirror ]] || die "apt on this machine has no source of Debian's own packages"

cache=${RUSTCAM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rustcam-cli}
ccache=$cache/ccache cache=$cache/beds
base=$cache/$suite-$(dpkg --print-architecture).tar.zst
# Whoever lives in a bed holds its lock; one that nobody holds was left by a run that was killed.
for old in "${TMPDIR:-/tmp}"/rustcam-bed.*; do
  # A minute's grace for one that is just being made.
  [[ -n $(find "$old" -maxdepth 0 -mmin +1 2>/dev/null) ]] || continue
  ! flock --nonblock "$old" true || rm -rf --one-file-system "$old"
done
work=$(mktemp -d "${TMPDIR:-/tmp}/rustcam-bed.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
exec 9< "$work"
flock 9
trap 'exit 130' INT
trap 'exit 143' TERM HUP
bed=$work/root

if [[ -n $(find "$base" -mtime -7 2>/dev/null) ]]; then
  mkdir "$bed"
  tar -C "$bed" --zstd -xpf "$base"
else
  say "making a base system of $suite"
  apart debootstrap --variant=minbase "$suite" "$bed" "$mirror" > "$work/log" 2>&1 ||
    { tail -n 20 "$work/log" >&2; die "debootstrap failed"; }
  chroot "$bed" apt-get clean
  # What is thrown away afterwards need not reach the disk at once.
  printf 'force-unsafe-io\n' > "$bed/etc/dpkg/dpkg.cfg.d/bed"
  if mkdir -p "$cache" && kept=$(mktemp "$base.XXXXXX"); then
    tar -C "$bed" --zstd -cpf "$kept" .
    mv "$kept" "$base"
  fi
fi
# The way to the package source, as this machine goes it.
cp /etc/resolv.conf /etc/hosts "$bed/etc/"
apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-|Retries)' > "$bed/etc/apt/apt.conf.d/90machine" || true

place=/root
if [[ $sources -eq 1 ]]; then
  place=/rustcam-cli
  mkdir "$bed$place"
  git -C "$here" ls-files -z | tar -C "$here" --null --files-from=- -cf - | tar -C "$bed$place" -xf - --no-same-owner
fi
if [[ $sources -eq 1 && -d $ccache ]]; then
  binds+=("$ccache:/ccache")
  apart "$0" --inside "$bed" / -- sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends ccache' \
    > "$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; die "ccache cannot be installed"; }
fi
apart "$0" --inside "$bed" "$place" "${binds[@]}" -- "$@"
