#!/usr/bin/env bash
# Builds FFmpeg's own ffmpeg.exe for tests and measurements only (never packaged), from the same source as the
# libraries of the Windows program: with ddagrab, FFmpeg's Desktop Duplication, and h264_nvenc and x264 behind it.
# Prints its path; builds only once, in two minutes or so.
#
# usage: scripts/windows-ffmpeg.sh [--built]     --built: prints the path if it is built, else nothing
# environment: RUSTCAM_CACHE, RUSTCAM_JOBS (see windows-deps.sh)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${RUSTCAM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rustcam-cli}
jobs=${RUSTCAM_JOBS:-$(nproc)}
host=x86_64-w64-mingw32
# shellcheck source=scripts/windows-sources.sh
. "$here/windows-sources.sh"
folder=$cache/windows-ffmpeg-$(cat "$here"/windows-{ffmpeg,deps,sources}.sh | sha256sum | cut -c1-12)

filters=(ddagrab hwdownload format null copy scale fps)
encoders=(h264_nvenc hevc_nvenc libx264 rawvideo wrapped_avframe)
decoders=(rawvideo wrapped_avframe)
muxers=(null rawvideo mp4 matroska nut)
protocols=(file pipe)

build() {
  local parts=() name
  for name in "${filters[@]}"; do parts+=("--enable-filter=$name"); done
  for name in "${encoders[@]}"; do parts+=("--enable-encoder=$name"); done
  for name in "${decoders[@]}"; do parts+=("--enable-decoder=$name"); done
  for name in "${muxers[@]}"; do parts+=("--enable-muxer=$name"); done
  for name in "${protocols[@]}"; do parts+=("--enable-protocol=$name"); done
  mkdir -p "$work/build"
  cd "$work/build"
  PKG_CONFIG_LIBDIR="$1/lib/pkgconfig" "$work/src/ffmpeg/configure" --enable-cross-compile --arch=x86_64 \
    --target-os=mingw32 --cross-prefix=$host- --cc=$host-gcc-posix --pkg-config=pkg-config --pkg-config-flags=--static \
    --extra-ldexeflags=-static --enable-gpl --disable-autodetect --disable-everything --disable-doc --disable-debug \
    --disable-pthreads --disable-postproc --disable-network --disable-ffprobe --enable-w32threads --enable-libx264 \
    --enable-ffnvcodec --enable-nvenc --enable-d3d11va --enable-indev=lavfi "${parts[@]}" ||
    { tail -n 30 ffbuild/config.log; return 1; }
  grep -q '^#define CONFIG_DDAGRAB_FILTER 1$' config_components.h || { echo "configure left ddagrab out"; return 1; }
  make -s -j"$jobs" ffmpeg.exe
}

if [[ ${1:-} == --built || -e $folder/ffmpeg.exe ]]; then
  [[ ! -e $folder/ffmpeg.exe ]] || printf '%s\n' "$folder/ffmpeg.exe"
  exit
fi
prefix=$("$here/windows-deps.sh")
exec 9> "$cache/windows-ffmpeg.lock"
flock 9
if [[ ! -e $folder/ffmpeg.exe ]]; then
  work=$(mktemp -d "${TMPDIR:-/tmp}/rustcam-windows-ffmpeg.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  say "building $folder/ffmpeg.exe (once; some minutes)"
  if ! { apt_setup && source_of ffmpeg "$ffmpeg_minimum" && (build "$prefix"); } > "$work/log" 2>&1; then
    tail -n 40 "$work/log" >&2
    die "ffmpeg.exe could not be built"
  fi
  mkdir -p "$folder"
  mv "$work/build/ffmpeg.exe" "$folder/"
fi
printf '%s\n' "$folder/ffmpeg.exe"
