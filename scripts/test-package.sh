#!/usr/bin/env bash
# Installs the Debian package in a fresh system of its release, uses it as its users do, and removes it. Root only.
#   scripts/test-package.sh [--made] [SUITE...]      bookworm, trixie or sid; default: this machine's release
#   --made   the package in build/packages/ is taken, else it is made first
# environment: RUSTCAM_CACHE   see debian-bed.sh
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n== %s\n' "$*"; }
die() { printf 'test-package: %s\n' "$*" >&2; exit 1; }

# In the bed, in a folder of the user's own; the package and what is made of it are in /exchange.
if [[ ${1:-} == --inside ]]; then
  export DEBIAN_FRONTEND=noninteractive
  package=$2
  # Not what a package manager writes about itself, and not caches.
  files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /var/cache -o -path /var/log -o \
      -path /var/lib/apt -o -path /var/lib/dpkg -o -path /exchange \) -prune -o -print | sort
  }
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends man-db bash-completion > /dev/null
  useradd --create-home someone
  files > /tmp/before

  say "apt install"
  # Recommended packages make users and folders of their own, which stay.
  apt-get install -y -q --no-install-recommends "/exchange/$package"

  say "record, as a user"
  mkdir /tmp/use
  chown someone: /tmp/use
  cd /tmp/use
  as_user() { runuser -u someone -- "$@"; }
  as_user rustcam-cli --version
  as_user rustcam-cli record --backend virtual --duration 2 --stats x.json x.mp4
  cp x.mp4 x.json /exchange/

  say "man rustcam-cli"
  as_user man --warnings -P cat rustcam-cli > page 2> page-warnings
  head -n 12 page
  [[ ! -s page-warnings ]] || { cat page-warnings; die "the man page has faults"; }
  grep -q -- '--duration' page || die "the man page lacks the options"

  say "completion in bash"
  # The keys go to a bash on a terminal, which starts as a new user's does; each TAB completes what is unfinished.
  # A recording reads the terminal too, so the way out is part of its line.
  printf 'HISTFILE=\nrustcam-cli rec\t--back\tvirt\t--dur\t0.5 --encoder x26\t completed.mp4; exit\n' > keys
  as_user timeout 120 script -qec 'bash --rcfile /etc/skel/.bashrc -i' /dev/null < keys > terminal || true
  [[ -s completed.mp4 ]] || { cat terminal; die "bash did not complete the command line"; }
  cd /

  say "apt purge"
  apt-get purge -y -q rustcam-cli
  # Libraries that another one merely suggests would stay, though nobody had them before.
  apt-get autoremove -y -q --purge -o APT::AutoRemove::SuggestsImportant=0 -o APT::AutoRemove::RecommendsImportant=0
  files > /tmp/after
  diff /tmp/before /tmp/after || die "the package left files behind"
  echo "nothing is left of $package"
  exit
fi

make=1
if [[ ${1:-} == --made ]]; then make=0; shift; fi
# shellcheck disable=SC1091  # a file of the system
own=$(. /etc/os-release; [[ $ID == debian && -n ${VERSION_ID:-} ]] && echo "$VERSION_CODENAME" || echo sid)
scripts/install-deps.sh bed
command -v ffprobe > /dev/null || scripts/install-deps.sh suites
version=$(sed -nE 's/^project\(rustcam-cli VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)

for suite in "${@:-$own}"; do
  case $suite in
    bookworm) release=deb12 ;;
    trixie) release=deb13 ;;
    sid) release=sid ;;
    *) die "unknown release '$suite'; known are bookworm, trixie, sid" ;;
  esac
  package=rustcam-cli_$version-1~${release}_$(dpkg --print-architecture).deb
  if [[ $make -eq 1 ]]; then
    if [[ $suite == "$own" ]]; then scripts/package-debian.sh; else scripts/package-debian.sh "$suite"; fi
  fi
  [[ -e build/packages/$package ]] || die "build/packages/$package is missing: scripts/package-debian.sh $suite makes it"

  exchange=$(mktemp -d)
  trap 'rm -rf "$exchange"' EXIT
  cp "build/packages/$package" scripts/test-package.sh "$exchange/"
  chmod 755 "$exchange"
  scripts/debian-bed.sh "$suite" --bind "$exchange:/exchange" -- /exchange/test-package.sh --inside "$package"
  # Every slot is in the file, those that a slow machine did not encode as a longer frame before them.
  python3 - "$exchange/x.json" "$(ffprobe -v error -select_streams v -count_frames \
    -show_entries stream=duration,nb_read_frames -of csv=p=0 "$exchange/x.mp4")" << 'PYTHON' || die "the recording is not whole"
import json, sys
frames = json.load(open(sys.argv[1], encoding="utf-8"))["frames"]
print("x.mp4: duration,frames:", sys.argv[2])
sys.exit(frames["slots"] != 120 or sys.argv[2] != f"2.000000,{120 - frames['unencoded']}")
PYTHON
  say "$package: installed, used and removed on $suite"
  rm -rf "$exchange"
done
