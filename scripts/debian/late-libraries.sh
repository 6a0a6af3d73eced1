#!/usr/bin/env bash
# FFmpeg's libraries are loaded when they are first needed, so the program does not name them as its own and
# dpkg-shlibdeps would not see them. This makes a shared object that does: it is linked with the libraries whose file
# names the program carries, and refers to those of their functions that the program has stubs for. From it
# dpkg-shlibdeps finds the packages and, by their symbols files, the versions. It is not installed.
#   late-libraries.sh PROGRAM OUTPUT      PROGRAM as built, not stripped
set -euo pipefail
program=$1 output=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mapfile -t libraries < <(grep -aoE 'lib(av|sw)[a-z]+\.so\.[0-9]+' "$program" | sort -u)
nm --defined-only "$program" | awk '$2 ~ /^[tT]$/ {print $3}' | sort -u > "$work/defined"
for library in "${libraries[@]}"; do
  nm -D --defined-only "$(${CC:-cc} -print-file-name="$library")" | awk '$2 == "T" {sub(/@.*/, "", $3); print $3}'
done | sort -u | comm -12 - "$work/defined" > "$work/functions"
if [[ ! -s $work/functions ]]; then
  # Linked with FFmpeg in the ordinary way, as on processors that we have no stubs for: nothing is hidden.
  readelf -d "$program" | grep -q 'NEEDED.*libavcodec' || { echo "late-libraries: no FFmpeg function in $program" >&2; exit 1; }
fi
{
  sed 's/.*/extern char &[];/' "$work/functions"
  echo 'const void *const rustcam_functions[] = {'
  sed 's/$/,/' "$work/functions"
  echo '0};'
} > "$work/late.c"
"${CC:-cc}" -shared -fPIC -nostdlib -fno-builtin -o "$output" "$work/late.c" "${libraries[@]/#/-l:}"
