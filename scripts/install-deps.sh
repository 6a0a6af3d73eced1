#!/usr/bin/env bash
# Installs the Debian packages that a job needs, and only those that are missing.
#   scripts/install-deps.sh [build] [test] [windows] [arm] [bench]      default: build
set -euo pipefail

build=(cmake ninja-build g++ pkg-config libcli11-dev libspdlog-dev libfmt-dev nlohmann-json3-dev
       libavcodec-dev libavformat-dev libavutil-dev libswscale-dev zlib1g-dev
       libxcb1-dev libxcb-randr0-dev libxcb-shm0-dev libxcb-damage0-dev libxcb-xfixes0-dev)
test=(doctest-dev ffmpeg xvfb xserver-xorg-core xserver-xorg-video-dummy x11-xserver-utils x11-apps xdotool libxcb-render0-dev
      python3 python3-pytest python3-numpy python3-jsonschema clang libclang-rt-14-dev clang-format git procps strace
      bash-completion zsh fish man-db groff mandoc)
windows=(g++-mingw-w64-x86-64-posix wine64 wine nasm libz-mingw-w64-dev dpkg-dev make zip xvfb ca-certificates
         python3 python3-pytest python3-numpy python3-jsonschema ffmpeg cmake ninja-build pkg-config git)
arm=(g++-aarch64-linux-gnu qemu-user doctest-dev cmake ninja-build)
bench=(libbenchmark-dev libpng-dev libspng-dev ffmpeg scrot maim gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly x11-apps xvfb time python3 python3-numpy)

say() { printf 'install-deps: %s\n' "$*" >&2; }

wanted=()
for group in "${@:-build}"; do
  case $group in
    build) wanted+=("${build[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    windows) wanted+=("${windows[@]}") ;;
    arm) wanted+=("${arm[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    *) say "unknown group '$group'; known are build, test, windows, arm, bench"; exit 2 ;;
  esac
done

missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  say "everything needed for '${*:-build}' is here already"
  exit 0
fi

sudo=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || { say "run this as root (or install sudo): missing are ${missing[*]}"; exit 1; }
  sudo=(sudo)
fi
say "installing ${missing[*]}"
"${sudo[@]}" apt-get update -q >&2
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
