#!/usr/bin/env bash
# Holds what a Windows program imports against scripts/windows-imports.txt: functions of system DLLs that
# Windows 8 and later have. A program that imports a newer one would not even start there.
#
# usage: scripts/check-windows-imports.sh PROGRAM.exe...
set -euo pipefail
export LC_ALL=C
list=$(cd "$(dirname "$0")" && pwd)/windows-imports.txt

imports_of() {  # "dll function", a line each
  x86_64-w64-mingw32-objdump -p "$1" | awk '
    /DLL Name:/ { dll = tolower($3); next }
    /^$/ { dll = "" }
    dll != "" && $1 ~ /^[0-9a-f]+$/ && NF == 3 { print dll, $3 }'
}

bad=0
for program in "$@"; do
  imports=$(imports_of "$program" | grep -v '^msvcrt\.dll ' | sort -u)
  [[ -n $imports ]] || { printf '%s: no imports found: is it a Windows program?\n' "$program"; exit 1; }
  unknown=$(comm -23 <(printf '%s\n' "$imports") <(grep -v '^#' "$list" | sort -u))
  [[ -z $unknown ]] && continue
  printf '%s imports what is not in %s; add it if Windows 8 has it, else look it up at run time:\n%s\n' \
    "$program" "${list##*/}" "$unknown"
  bad=1
done
[[ $bad -eq 0 ]] && printf 'imports: system functions that Windows 8 has\n'
exit "$bad"
