#!/usr/bin/env bash
# Packs build/windows/rustcam-cli.exe with README, licences and a note on them into
# build/windows/rustcam-cli-VERSION-windows-x86_64.zip. Builds the program first if it is missing.
#
# usage: scripts/package-windows.sh
set -euo pipefail
cd "$(dirname "$0")/.."

[[ -e build/windows/rustcam-cli.exe ]] || scripts/build-windows.sh
command -v zip > /dev/null || { printf 'package-windows: zip is missing: apt-get install zip\n' >&2; exit 1; }
prefix=$(scripts/windows-deps.sh)
version=$(sed -nE 's/^project\(rustcam-cli VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
name=rustcam-cli-$version-windows-x86_64

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/$name/licenses"
cp build/windows/rustcam-cli.exe README.md "$folder/$name/"
cp LICENSE "$folder/$name/LICENSE"
cp -r "$prefix/share/licenses/." "$folder/$name/licenses/"
rm -rf "$folder/$name/licenses/doctest-dev"  # tests only
cat > "$folder/$name/LICENSES.txt" << 'TEXT'
rustcam-cli's own source is under the licence in LICENSE. This program contains libx264 and FFmpeg
built with it, so the program as a whole is under the GNU General Public License, version 2 or later
(licenses/ffmpeg/COPYING.GPLv2): whoever passes it on must pass on the right to its source as well.
Its source is rustcam-cli's repository at this version and the Debian source packages named with their
versions in licenses/sources.txt; scripts/windows-deps.sh in the repository builds them into the program.
The other libraries in it (libvpx, libwebp, Opus, SRT, Mbed TLS, zlib, and the header-only ones) have terms
that allow this; the folder licenses/ has the licence of each.
TEXT
mkdir -p build/windows
rm -f "build/windows/$name.zip"
archive=$PWD/build/windows/$name.zip
(cd "$folder" && zip -qr9 "$archive" "$name")
printf '%s\n' "build/windows/$name.zip"
