#!/usr/bin/env bash
# In a fresh Debian of another release: quickstart.sh from bare, the unit and contract suites, a recording of Xvfb,
# and a package, which test-package.sh then tries. Root only.
#   scripts/test-debian.sh [SUITE...]      bookworm, trixie (default) or sid
# environment: RUSTCAM_CACHE   see debian-bed.sh
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n== %s\n' "$*"; }
die() { printf 'test-debian: %s\n' "$*" >&2; exit 1; }

times=()
# step NAME COMMAND...: runs it, and keeps what it took for the table at the end.
step() {
  local name=$1 begun=$SECONDS; shift
  say "$name"
  "$@"
  times+=("$(printf '%5d s  %s' $((SECONDS - begun)) "$name")")
}

# number_of FILE: the numbers that a file's pictures show, a line each.
number_of() { ffmpeg -v error -i "$1" -f rawvideo -pix_fmt gray - | "$build/tests/support/read_barcodes" 1920 1080; }

demo_is_whole() {
  local length shown
  # 5 seconds to the last tick; an encoder that is too slow makes fewer and longer frames of the 300 slots.
  length=$(ffprobe -v error -select_streams v -show_entries stream=duration -of csv=p=0 rustcam-demo.mp4)
  [[ $length == 5.000000 ]] || die "rustcam-demo.mp4 is $length s long, not 5"
  number_of rustcam-demo.mp4 > shown
  [[ $(wc -l < shown) -gt 150 ]] || die "rustcam-demo.mp4 has only $(wc -l < shown) frames for 300 slots"
  if grep -qv '^[0-9]' shown || ! sort -nC shown; then cat shown; die "frames of rustcam-demo.mp4 are damaged or out of order"; fi
  echo "rustcam-demo.mp4: 5 s, $(wc -l < shown) frames for 300 slots, $(sort -u shown | wc -l) pictures, in order"
  shown=$(number_of rustcam-demo.png)
  [[ $shown =~ ^[0-9]+$ ]] || die "rustcam-demo.png shows no frame number"
  echo "rustcam-demo.png: picture $shown"
}

build_suites() {
  local targets
  cmake --preset release -DRUSTCAM_BUILD_TESTS=ON
  # Each of these tests is a program of its own name.
  mapfile -t targets < <(ctest --test-dir build/release -N -L 'unit|contract' | sed -nE 's/^ *Test +#[0-9]+: //p')
  cmake --build --preset release --target read_barcodes "${targets[@]}"
}

record_xvfb() {
  RUSTCAM_CLI=$build/cli/rustcam-cli RUSTCAM_READ_BARCODES=$build/tests/support/read_barcodes \
    /usr/bin/python3 -m pytest -q -p no:cacheprovider \
    tests/integration/test_x11_record.py::test_a_moving_screen_is_recorded_whole_and_in_order
}

if [[ ${1:-} == --inside ]]; then
  build=$PWD/build/release
  mkdir /root/demo
  step "quickstart.sh from bare" env --chdir=/root/demo "$PWD/scripts/quickstart.sh"
  step "packages that the suites need" scripts/install-deps.sh suites
  step "suites: build" build_suites
  (cd /root/demo && demo_is_whole)
  step "suites: run" ctest --test-dir build/release --output-on-failure -L 'unit|contract'
  step "a recording of Xvfb" record_xvfb
  step "package" scripts/package-debian.sh
  # shellcheck disable=SC1091  # a file of the system
  say "$(. /etc/os-release; echo "$PRETTY_NAME")"
  printf '%s\n' "${times[@]}"
  exit
fi

packages=$PWD/build/packages
mkdir -p "$packages"
for suite in "${@:-trixie}"; do
  step "$suite: build and suites" scripts/debian-bed.sh "$suite" --sources \
    --bind "$packages:/rustcam-cli/build/packages" -- scripts/test-debian.sh --inside
  step "$suite: the package" scripts/test-package.sh --made "$suite"
done
say "test-debian.sh"
printf '%s\n' "${times[@]}"
