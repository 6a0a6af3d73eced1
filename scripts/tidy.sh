#!/usr/bin/env bash
# clang-tidy on our sources. A file takes some seconds, so by default only those that changed are looked at, and those
# that include a changed header, without the static analyser, which takes longer than all other checks together.
#   scripts/tidy.sh              changed since the newest commit that is half a day older than HEAD's
#   scripts/tidy.sh REVISION     changed since then
#   scripts/tidy.sh --all        the whole tree, with the static analyser
set -euo pipefail
cd "$(dirname "$0")/.."

[[ -e build/dev/compile_commands.json ]] || cmake --preset dev > /dev/null
cmake --build build/dev --target rustcam_wayland_protocol_files > /dev/null  # headers that are made
mapfile -t sources < <(git ls-files 'src/*.cpp' 'cli/*.cpp' | grep -vE '^src/(capture/dda|audio/wasapi|d3d11|media/d3d11)/|_win32\.cpp$|/kernels_neon\.cpp$')
# What only Windows compiles is not in compile_commands.json; its platform-free parts are.
mapfile -t -O "${#sources[@]}" sources < <(git ls-files src/capture/dda/{metadata,pointer_shape,ring_turns,tone_map}.cpp src/audio/wasapi/{packet,sample_format}.cpp)

# includes_of FILE: our headers that it includes itself.
includes_of() {
  sed -n 's/^#include "\(.*\)"$/\1/p' "$1"
}

changed_sources() {
  local base=$1 header source
  local -A dirty=()
  while IFS= read -r source; do dirty[$source]=1; done < <(
    { git diff --name-only --diff-filter=d "$base"; git ls-files --others --exclude-standard; } | grep -E '^(src|cli)/.*\.(h|cpp)$' || true)
  # A header that includes a changed one has changed as well, until no more are found.
  local before=-1
  while [[ $before -ne ${#dirty[@]} ]]; do
    before=${#dirty[@]}
    while IFS= read -r source; do
      [[ -n ${dirty[$source]:-} ]] && continue
      while IFS= read -r header; do
        if [[ -n ${dirty[src/$header]:-} || -n ${dirty[$header]:-} ]]; then dirty[$source]=1; break; fi
      done < <(includes_of "$source")
    done < <(git ls-files 'src/*.h' 'cli/*.h' 'src/*.cpp' 'cli/*.cpp')
  done
  for source in "${sources[@]}"; do [[ -n ${dirty[$source]:-} ]] && printf '%s\n' "$source"; done
  return 0
}

checks=(--checks=-clang-analyzer-*)
case ${1:-} in
  --all) wanted=("${sources[@]}") checks=() ;;
  *)
    base=${1:-}
    if [[ -z $base ]]; then
      half_a_day_before=$(( $(git log -1 --format=%ct) - 43200 ))
      base=$(git rev-list -1 --before="$half_a_day_before" HEAD)
    fi
    mapfile -t wanted < <(if [[ -n $base ]]; then changed_sources "$base"; else printf '%s\n' "${sources[@]}"; fi) ;;
esac
if [[ ${#wanted[@]} -eq 0 ]]; then
  echo "tidy: nothing changed"
  exit
fi
printf 'tidy: %d files\n' "${#wanted[@]}"
# Options of GCC that clang does not know are no fault of the code.
printf '%s\n' "${wanted[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy --quiet -p build/dev "${checks[@]}" \
  --extra-arg=-Wno-unknown-warning-option 2> >(grep -vE '^[0-9]+ warnings? |^Suppressed|^Use -header' >&2 || true)
echo "tidy: nothing found"
