#!/usr/bin/env bash
# From a bare machine to passed tests, in stages that can also be run alone. Each installs what it needs.
#   scripts/test.sh              what a user relies on: the stages style, build and test
#   scripts/test.sh --all        every stage
#   scripts/test.sh --rest       those that only --all runs
#   scripts/test.sh STAGE...     these alone, in this order
#   scripts/test.sh --list       the stages, and what each proves
# Ends with a table of times, and the last runner's own closing lines. docs/testing.md tells what each stage costs.
set -euo pipefail
cd "$(dirname "$0")/.."

stages=(
  "style    the order of the folders, the format of the sources, the includes of every header"
  "build    the program and its tests, warnings being errors"
  "test     units, back ends, and the program driven from outside on X11 and the virtual display"
  "tidy     clang-tidy on the files that changed and on those that include them"
  "libs     what the Windows program is linked with, and FFmpeg's own program, built from source once"
  "package  the package of this Debian, made with link-time optimisation; installed, used and removed on a bare one"
  "debian   Debian 13 from bare: quickstart, units, back ends, a recording of Xvfb, its package"
  "asan     the tests again, under AddressSanitizer and UBSan"
  "tsan     what has threads, under ThreadSanitizer"
  "fuzz     libFuzzer on whatever reads foreign bytes, a short while each"
  "arm      the pixel kernels of ARM, under QEMU"
  "windows  the Windows program under Wine, with the test-only duplication layer"
)
quick=(style build test)
# These measure no time and can wait: they run beside the stages after them, at the lowest priority, once what they need is
# installed. (Whoever needs the libraries waits for them by their lock.)
declare -A patient=([tidy]="build test" [libs]="windows" [fuzz]="build test")

names() { printf '%s\n' "${stages[@]%% *}"; }
say() { printf '\n== %s\n' "$*"; }

# Another clone of the same sources finds its objects in ccache, too.
export CCACHE_BASEDIR=${CCACHE_BASEDIR-$PWD} CCACHE_NOHASHDIR=1

# Tests wait more than they work, so more run at once than there are processors.
test_jobs=$(( $(nproc) * 2 ))

stage_style() {
  scripts/install-deps.sh test
  scripts/check-layering.sh
  scripts/check-includes.py
  git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror
}

stage_build() {
  scripts/install-deps.sh build test
  cmake --preset dev
  cmake --build --preset dev
}

stage_test() {
  [[ -e build/dev/build.ninja ]] || stage_build
  ctest --preset dev -j "$test_jobs"
}

stage_tidy() {
  scripts/install-deps.sh build test
  scripts/tidy.sh
}

stage_libs() {
  scripts/install-deps.sh windows
  scripts/windows-deps.sh
  scripts/windows-ffmpeg.sh
}

stage_asan() {
  scripts/install-deps.sh build test
  cmake --preset asan
  cmake --build --preset asan
  ctest --preset asan -j "$test_jobs"
}

stage_tsan() {
  scripts/install-deps.sh build test
  cmake --preset tsan
  # Each of these tests is a program of its own name.
  cmake --build --preset tsan --target $(ctest --preset tsan -N -L threads | sed -nE 's/^ *Test +#[0-9]+: //p')
  ctest --preset tsan -j "$test_jobs" -L threads
}

stage_fuzz() { scripts/fuzz.sh; }

stage_arm() {
  scripts/test-arm.sh
  scripts/test-arm.sh --asan
}

stage_package() {
  scripts/install-deps.sh build
  cmake --preset lto
  cmake --build --preset lto
  RUSTCAM_BUILD=build/lto scripts/test-package.sh
}

stage_debian() { scripts/test-debian.sh trixie; }

stage_windows() { scripts/test-windows.sh; }

if [[ ${1:-} == --beside ]]; then  # what the run itself starts
  "stage_$2"
  exit
fi

wanted=()
case ${1:-} in
  '') wanted=("${quick[@]}") ;;
  --all) mapfile -t wanted < <(names) ;;
  --rest) mapfile -t wanted < <(names | grep -vxF "$(printf '%s\n' "${quick[@]}")") ;;
  --list) printf '%s\n' "${stages[@]}"; exit ;;
  -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit ;;
  *) wanted=("$@") ;;
esac
for name in "${wanted[@]}"; do
  names | grep -qxF -- "$name" ||
    { printf 'test: there is no stage %s; there are %s\n' "$name" "$(names | paste -sd' ')" >&2; exit 2; }
done

# A continuation (--rest) adds to the table of the run that it continues.
mkdir -p build
times=build/stage-times.txt
[[ ${1:-} == --rest ]] || : > "$times"

# The closing lines of a runner (ctest's, pytest's) and what follows them are kept back while it is the last stage, and
# end the whole run.
closing=$(mktemp)
declare -A beside=()
trap 'rm -f "$closing"; for name in "${!beside[@]}"; do kill -- "-${beside[$name]}" 2> /dev/null || true; done' EXIT
keep_closing() {
  local line held=() holding=0
  while IFS= read -r line; do
    if [[ $line =~ ^[0-9]+%\ tests\ passed|^[0-9]+\ (passed|failed) ]]; then
      [[ $holding -eq 0 ]] || printf '%s\n' "${held[@]}"
      held=("$line") holding=1
    elif [[ $holding -eq 1 ]]; then
      held+=("$line")
    else
      printf '%s\n' "$line"
    fi
  done
  [[ $holding -eq 0 ]] || printf '%s\n' "${held[@]}" > "$closing"
}

table() {
  printf '\n%-10s %8s\n' stage minutes
  awk '{ printf "%-10s %8.1f%s\n", $1, $2 / 60, $3 ? "  beside others" : ""; all += $3 ? 0 : $2 }
    END { printf "%-10s %8.1f\n\n", "together", all / 60 }' "$times"
}

failed() {
  table
  cat "$closing"
  printf 'test: the stage %s failed; scripts/test.sh %s runs it alone\n' "$1" "$1" >&2
  exit 1
}

# Of a stage that runs beside others: waits, and tells what it said.
collect() {
  local name=$1 status=0
  wait "${beside[$name]}" || status=$?
  unset "beside[$name]"
  say "$name, beside the others:"
  cat "build/stage-$name.log"
  [[ $status -eq 0 ]] || failed "$name"
}

last=${wanted[-1]}
for name in "${wanted[@]}"; do
  if [[ $name != "$last" && -n ${patient[$name]:-} ]]; then
    scripts/install-deps.sh ${patient[$name]}
    say "$name: begun beside the next stages"
    setsid nice -n 19 bash -c 'begun=$SECONDS; scripts/test.sh --beside "$1" || exit 1
      printf "%s %d beside\n" "$1" $((SECONDS - begun)) >> build/stage-times.txt' beside "$name" > "build/stage-$name.log" 2>&1 &
    beside[$name]=$!
    continue
  fi
  say "$name:$(printf '%s\n' "${stages[@]}" | sed -n "s/^$name *\(.*\)/ \1/p")"
  begun=$SECONDS
  set +e  # in the stage's own shell it holds: not so, if its status were tested here with ||
  if [[ $name == "$last" ]]; then
    (set -e; "stage_$name") 2>&1 | keep_closing
  else
    (set -e; "stage_$name")
  fi
  status=$?
  set -e
  printf '%s %d\n' "$name" $((SECONDS - begun)) >> "$times"
  [[ $status -eq 0 ]] || failed "$name"
done
begun=$SECONDS
for name in "${!patient[@]}"; do [[ -z ${beside[$name]:-} ]] || collect "$name"; done
printf 'waiting %d\n' $((SECONDS - begun)) >> "$times"
table
cat "$closing"
