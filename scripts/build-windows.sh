#!/usr/bin/env bash
# Cross-builds build/windows/rustcam-cli.exe on Debian: one static, stripped file that needs nothing
# but Windows 8 or later. Installs what is missing with apt-get, and builds the libraries once
# (scripts/windows-deps.sh).
#
# usage: scripts/build-windows.sh [CMAKE-TARGET...]   (default: rustcam-cli)
# environment: RUSTCAM_CACHE, RUSTCAM_JOBS (see windows-deps.sh)
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(g++-mingw-w64-x86-64-posix libz-mingw-w64-dev nasm cmake ninja-build make perl pkg-config dpkg-dev
          build-essential ca-certificates)
missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query -W -f '${Status}' "$package" 2> /dev/null) == 'install ok installed' ]] || missing+=("$package")
done
if [[ ${#missing[@]} -gt 0 ]]; then
  as_root=()
  [[ $(id -u) -eq 0 ]] || as_root=(sudo)
  printf 'build-windows: installing %s\n' "${missing[*]}" >&2
  "${as_root[@]}" apt-get -qq update >&2 || true  # one unreadable list need not matter
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2
fi

RUSTCAM_WINDOWS_PREFIX=$(scripts/windows-deps.sh)
cmake --preset windows -DRUSTCAM_WINDOWS_PREFIX="$RUSTCAM_WINDOWS_PREFIX" > /dev/null
targets=("$@")
[[ ${#targets[@]} -gt 0 ]] || targets=(rustcam-cli)
cmake --build build/windows -j"${RUSTCAM_JOBS:-$(nproc)}" --target "${targets[@]}"

for target in "${targets[@]}"; do
  [[ $target == rustcam-cli || $target == all ]] || continue
  x86_64-w64-mingw32-strip -o build/windows/rustcam-cli.exe build/windows/cli/rustcam-cli.exe
  scripts/check-windows-imports.sh build/windows/rustcam-cli.exe
done
