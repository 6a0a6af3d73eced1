#!/usr/bin/env bash
# Makes rustcam-cli_VERSION_ARCH.deb in build/packages/ and prints its name. FFmpeg's libraries are asked for by the
# names that they have where the program was compiled: a package is for the release that it was built in.
#   scripts/package-debian.sh           for this machine's release
#   scripts/package-debian.sh SUITE...  for bookworm, trixie or sid, each built in a fresh system of its own (root only)
# environment: DEBFULLNAME, DEBEMAIL   who answers for the package
#              RUSTCAM_BUILD           a build folder whose objects are used (default: build/release, made if need be)
#              RUSTCAM_CACHE           see debian-bed.sh
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf 'package-debian: %s\n' "$*" >&2; }
packages=$PWD/build/packages
mkdir -p "$packages"

if [[ $# -gt 0 ]]; then
  for suite in "$@"; do
    scripts/debian-bed.sh "$suite" --sources --bind "$packages:/rustcam-cli/build/packages" -- scripts/package-debian.sh
  done
  exit
fi

scripts/install-deps.sh build package
build=$(realpath -m "${RUSTCAM_BUILD:-build/release}")
[[ -e $build/CMakeCache.txt ]] || cmake --preset release -B "$build" >&2
cmake --build "$build" --target rustcam-cli rustcam_pages >&2

# 0.2.0-1~deb12 sorts before 0.2.0-1~deb13, so that an upgrade of the system upgrades the program.
version=$(sed -nE 's/^project\(rustcam-cli VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
# shellcheck disable=SC1091  # a file of the system
release=$(. /etc/os-release; [[ $ID == debian ]] && id=deb || id=$ID; printf '%s' "${VERSION_ID:+$id$VERSION_ID}")
version=$version-1~${release:-sid}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/rustcam-cli"
cp -r scripts/debian "$work/rustcam-cli/debian"
cd "$work/rustcam-cli"
maintainer="${DEBFULLNAME:-The rustcam-cli authors} <${DEBEMAIL:-rustcam-cli@localhost}>"
sed -i "s/@MAINTAINER@/$maintainer/" debian/control
cat > debian/changelog << TEXT
rustcam-cli ($version) unstable; urgency=medium

  * What is new is told in changelog.gz.

 -- $maintainer  $(date -R ${SOURCE_DATE_EPOCH:+-d @$SOURCE_DATE_EPOCH})
TEXT

export RUSTCAM_SOURCE=$OLDPWD RUSTCAM_BUILD=$build
dpkg-buildpackage --build=binary --no-sign >&2
name=rustcam-cli_${version}_$(dpkg --print-architecture).deb
mv "../$name" "$packages/"
lintian --allow-root --fail-on error,warning "$packages/$name" >&2
printf '%s\n' "build/packages/$name"
