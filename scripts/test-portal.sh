#!/usr/bin/env bash
# Records real compositors through the real xdg-desktop-portal. Not in CI: it takes minutes, and asks for many packages.
#   scripts/test-portal.sh [NAME...]    mutter (Debian 12's or that of this machine), mutter13, sway, kwin (Debian 13's)
# Without a name: mutter mutter13 sway. KWin casts no screen without a GPU: its test tells where it stops. Root only.
# environment: RUSTCAM_CACHE   see debian-bed.sh
set -euo pipefail
cd "$(dirname "$0")/.."

test_here() {
  RUSTCAM_PORTAL_BEDS=$1 RUSTCAM_CLI=$build/cli/rustcam-cli RUSTCAM_READ_BARCODES=$build/tests/support/read_barcodes \
    PYTHONPATH=$PWD/tests/integration PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest -v -p no:cacheprovider tests/portal/real
}
build_here() {
  build=$PWD/build/release
  cmake --preset release -DRUSTCAM_BUILD_TESTS=ON "$@"
  nice cmake --build --preset release --target rustcam-cli read_barcodes
}

if [[ ${1:-} == --inside ]]; then
  scripts/install-deps.sh build suites portal
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends sway xdg-desktop-portal-wlr kwin-wayland >&2
  build_here
  # Compositors refuse to run as root; in a chroot there are no user namespaces to get round it.
  useradd --create-home tester
  export HOME=/home/tester
  build=$build exec setpriv --reuid tester --regid tester --init-groups scripts/test-portal.sh --as-user "$2"
fi
if [[ ${1:-} == --as-user ]]; then
  test_here "$2"
  exit
fi

names=("$@")
[[ $# -gt 0 ]] || names=(mutter mutter13 sway)
inside=()
for name in "${names[@]}"; do
  case $name in
    mutter)
      scripts/install-deps.sh build suites portal
      build_here
      test_here mutter ;;
    mutter13) inside+=(mutter) ;;
    sway | kwin) inside+=("$name") ;;
    *) sed -n '3,4s/^# *//p' "$0" >&2; exit 2 ;;
  esac
done
[[ ${#inside[@]} -eq 0 ]] || scripts/debian-bed.sh trixie --sources -- scripts/test-portal.sh --inside "${inside[*]}"
