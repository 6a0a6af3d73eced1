#!/usr/bin/env bash
# Cross-builds build/windows/rustcam-cli.exe on Debian: one static, stripped file that needs nothing
# but Windows 8 or later. Installs what is missing (scripts/install-deps.sh), and builds the libraries
# once (scripts/windows-deps.sh).
#
# usage: scripts/build-windows.sh [CMAKE-TARGET...]   (default: rustcam-cli)
# environment: RUSTCAM_CACHE, RUSTCAM_JOBS (see windows-deps.sh)
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-deps.sh windows
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
