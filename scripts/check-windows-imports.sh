#!/usr/bin/env bash
# Holds the DLLs that a Windows program imports against the list of those that every Windows 8 and
# later has. What is newer is looked up at run time instead.
#
# usage: scripts/check-windows-imports.sh PROGRAM.exe...
set -euo pipefail

allowed=' advapi32.dll avicap32.dll bcrypt.dll d3d11.dll dxgi.dll gdi32.dll kernel32.dll mf.dll mfplat.dll msvcrt.dll
  ole32.dll oleaut32.dll psapi.dll shell32.dll user32.dll version.dll winmm.dll ws2_32.dll '
bad=0
for program in "$@"; do
  imports=$(x86_64-w64-mingw32-objdump -p "$program" | sed -n 's/.*DLL Name: //p' | tr '[:upper:]' '[:lower:]')
  [[ -n $imports ]] || { printf '%s: no imports found: is it a Windows program?\n' "$program"; exit 1; }
  for dll in $imports; do
    [[ $allowed == *[[:space:]]"$dll"[[:space:]]* ]] || { printf '%s imports %s\n' "$program" "$dll"; bad=1; }
  done
done
[[ $bad -eq 0 ]] && printf 'imports: system DLLs only\n'
exit "$bad"
