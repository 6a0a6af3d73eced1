#!/usr/bin/env bash
# Builds the static libraries that the Windows program is linked with (x264, libvpx, libwebp, FFmpeg,
# zlib, NVENC's headers and the header-only libraries) with mingw-w64, from the source packages of this
# machine's own Debian archive, into a cache folder. Prints that folder's path; builds only once.
#
# usage: scripts/windows-deps.sh
# environment: RUSTCAM_CACHE  where built prefixes are kept (default: ~/.cache/rustcam-cli)
#              RUSTCAM_JOBS   how many compilers run at once (default: the number of processors)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${RUSTCAM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rustcam-cli}
prefix=$cache/windows-$(sha256sum "$here/windows-deps.sh" | cut -c1-12)
jobs=${RUSTCAM_JOBS:-$(nproc)}
host=x86_64-w64-mingw32
# The prefix that the libraries are told: FFmpeg writes it into the program, where no path of the
# building machine belongs.
neutral=/rustcam

encoders=(libx264 h264_nvenc hevc_nvenc h264_mf hevc_mf libvpx_vp9 png mjpeg libwebp qoi bmp ppm ffv1 gif
          rawvideo wrapped_avframe)
muxers=(mp4 mov matroska webm gif rawvideo yuv4mpegpipe nut mpegts image2 image2pipe webp mjpeg)
# What the program writes is read back by its tests.
decoders=(h264 vp9 png mjpeg webp vp8 qoi bmp ppm ffv1 gif rawvideo)
demuxers=(mov matroska gif rawvideo yuv4mpegpipe nut mpegts image2 image2pipe image_png_pipe image_jpeg_pipe
          image_webp_pipe image_bmp_pipe image_qoi_pipe image_ppm_pipe)
parsers=(h264 vp9 png mjpeg webp vp8 qoi bmp pnm gif)
bsfs=(h264_mp4toannexb hevc_mp4toannexb extract_extradata vp9_superframe vp9_superframe_split null)
protocols=(file pipe)

say() { printf 'windows-deps: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# apt with lists and archives of its own: the machine's sources, source packages added.
apt_setup() {
  local etc=$work/apt/etc file
  mkdir -p "$etc/sources.list.d" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ -e $file ]] && sed 's/^Types:.*/Types: deb deb-src/' "$file" > "$etc/sources.list.d/${file##*/}"
  done
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -e $file ]] || continue
    sed -nE 's/^[[:space:]]*deb[[:space:]]+(.*)/deb \1\ndeb-src \1/p' "$file" > "$etc/sources.list.d/one-line-${file##*/}"
    [[ ${file##*.} == list ]] && [[ -s $etc/sources.list.d/one-line-${file##*/} ]] ||
      rm -f "$etc/sources.list.d/one-line-${file##*/}"
  done
  apt_options=(-qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$etc/sources.list.d"
               -o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User=root
               -o Acquire::Retries=3)
  apt-get "${apt_options[@]}" update >&2 || say 'some package lists could not be read; trying without them'
}

# source_of PACKAGE: unpacks its newest source version that can be had into $work/src/PACKAGE.
source_of() {
  local package=$1 version
  mkdir -p "$work/download/$package" "$work/src"
  while IFS= read -r version; do
    if (cd "$work/download/$package" &&
        apt-get "${apt_options[@]}" source --download-only --only-source "$package=$version" >&2); then
      dpkg-source --no-check -x "$work/download/$package"/*.dsc "$work/src/$package" > /dev/null
      say "$package $version"
      return
    fi
    rm -rf "$work/download/$package"; mkdir -p "$work/download/$package"
  done < <(apt-cache "${apt_options[@]}" showsrc --only-source "$package" | sed -n 's/^Version: //p' | sort -Vru)
  die "no source package of $package can be had: does this machine's archive offer sources?"
}

# headers_of PACKAGE PATH...: takes those folders of usr/ of a package that runs nothing of its own.
headers_of() {
  local package=$1 path; shift
  mkdir -p "$work/download/$package" "$work/unpacked/$package"
  (cd "$work/download/$package" && apt-get "${apt_options[@]}" download "$package" >&2)
  dpkg-deb -x "$work/download/$package"/*.deb "$work/unpacked/$package"
  for path in "$@"; do
    mkdir -p "$stage/$(dirname "$path")"
    cp -a "$work/unpacked/$package/usr/$path" "$stage/$(dirname "$path")/"
  done
  licence "$package" "$work/unpacked/$package/usr/share/doc/$package/copyright"
}

licence() {  # licence NAME FILE...
  local name=$1; shift
  mkdir -p "$stage/share/licenses/$name"
  cp -L "$@" "$stage/share/licenses/$name/"
}

# cmake_package NAME [DEFINITIONS]: the target NAME::NAME of a header-only library. Debian's own
# descriptions name /usr and libraries that are not for Windows.
cmake_package() {
  mkdir -p "$stage/lib/cmake/$1"
  cat > "$stage/lib/cmake/$1/$1Config.cmake" << CMAKE
add_library($1::$1 INTERFACE IMPORTED)
set_target_properties($1::$1 PROPERTIES
  INTERFACE_INCLUDE_DIRECTORIES "\${CMAKE_CURRENT_LIST_DIR}/../../../include"
  INTERFACE_COMPILE_DEFINITIONS "${2:-}")
CMAKE
}

relocate() {  # .pc files that find their prefix from where they lie
  sed -i -e "s|^prefix=.*|prefix=\${pcfiledir}/../..|" -e "s|$stage/lib/pkgconfig/../..|\${prefix}|g" \
    -e "s|=$neutral/|=\${prefix}/|" "$stage"/lib/pkgconfig/*.pc
}

build_x264() {
  source_of x264
  (cd "$work/src/x264" &&
    ./configure --host=$host --cross-prefix=$host- --prefix=$neutral --enable-static --disable-cli --disable-opencl \
      --disable-avs --disable-swscale --disable-lavf --disable-ffms --disable-gpac --disable-lsmash &&
    make -s -j"$jobs" && make -s install DESTDIR="$work/dest") >&2
  licence x264 "$work/src/x264/COPYING" "$work/src/x264/debian/copyright"
}

build_libvpx() {
  source_of libvpx
  mkdir -p "$work/build/libvpx"
  (cd "$work/build/libvpx" &&
    CROSS=$host- "$work/src/libvpx/configure" --target=x86_64-win64-gcc --prefix=$neutral --as=nasm --enable-static \
      --disable-shared --disable-examples --disable-tools --disable-docs --disable-unit-tests --enable-realtime-only \
      --disable-vp8-decoder --disable-vp9-decoder &&
    make -s -j"$jobs" && make -s install DIST_DIR="$work/dest$neutral") >&2
  licence libvpx "$work/src/libvpx/LICENSE" "$work/src/libvpx/debian/copyright"
}

build_libwebp() {
  source_of libwebp
  local off=() tool
  for tool in ANIM_UTILS CWEBP DWEBP GIF2WEBP IMG2WEBP VWEBP WEBPINFO WEBPMUX EXTRAS LIBWEBPMUX; do
    off+=("-DWEBP_BUILD_$tool=OFF")
  done
  cmake -S "$work/src/libwebp" -B "$work/build/libwebp" -G Ninja -DCMAKE_SYSTEM_NAME=Windows \
    -DCMAKE_SYSTEM_PROCESSOR=x86_64 -DCMAKE_C_COMPILER=$host-gcc-posix -DCMAKE_RC_COMPILER=$host-windres \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=$neutral -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF \
    "${off[@]}" >&2
  cmake --build "$work/build/libwebp" -j"$jobs" >&2
  DESTDIR="$work/dest" cmake --install "$work/build/libwebp" >&2
  licence libwebp "$work/src/libwebp/COPYING" "$work/src/libwebp/debian/copyright"
}

build_ffmpeg() {
  source_of ffmpeg
  local parts=() name
  for name in "${encoders[@]}"; do parts+=("--enable-encoder=$name"); done
  for name in "${muxers[@]}"; do parts+=("--enable-muxer=$name"); done
  for name in "${decoders[@]}"; do parts+=("--enable-decoder=$name"); done
  for name in "${demuxers[@]}"; do parts+=("--enable-demuxer=$name"); done
  for name in "${parsers[@]}"; do parts+=("--enable-parser=$name"); done
  for name in "${bsfs[@]}"; do parts+=("--enable-bsf=$name"); done
  for name in "${protocols[@]}"; do parts+=("--enable-protocol=$name"); done
  mkdir -p "$work/build/ffmpeg"
  (cd "$work/build/ffmpeg" &&
    PKG_CONFIG_LIBDIR="$stage/lib/pkgconfig" "$work/src/ffmpeg/configure" --prefix=$neutral --enable-cross-compile \
      --arch=x86_64 --target-os=mingw32 --cross-prefix=$host- --pkg-config=pkg-config --pkg-config-flags=--static \
      --enable-gpl --disable-autodetect --disable-everything --disable-programs --disable-doc --disable-pthreads \
      --disable-avdevice --disable-avfilter --disable-postproc --disable-swresample --disable-network \
      --enable-w32threads --enable-zlib --enable-libx264 --enable-libvpx --enable-libwebp --enable-ffnvcodec \
      --enable-nvenc --enable-d3d11va --enable-mediafoundation "${parts[@]}" &&
    make -s -j"$jobs" && make -s install DESTDIR="$work/dest") >&2
  licence ffmpeg "$work/src/ffmpeg/COPYING.GPLv2" "$work/src/ffmpeg/LICENSE.md" "$work/src/ffmpeg/debian/copyright"
  check_components
}

# configure drops a part silently when something that it needs is missing.
check_components() {
  local header=$work/build/ffmpeg/config_components.h missing=() kind name
  [[ -e $header ]] || header=$work/build/ffmpeg/config.h
  for kind in encoder muxer decoder demuxer parser bsf protocol; do
    local -n names=${kind}s
    for name in "${names[@]}"; do
      grep -qi "^#define CONFIG_${name}_${kind} 1$" "$header" || missing+=("$kind $name")
    done
  done
  [[ ${#missing[@]} -eq 0 ]] || die "FFmpeg's configure left out: $(printf '%s; ' "${missing[@]}")"
}

if [[ -e $prefix/complete ]]; then
  printf '%s\n' "$prefix"
  exit
fi

mkdir -p "$cache"
exec 9> "$cache/windows-deps.lock"
flock 9  # two builds at once would do the same work twice
if [[ ! -e $prefix/complete ]]; then
  for tool in $host-gcc-posix $host-windres nasm cmake ninja make perl pkg-config apt-get dpkg-source; do
    command -v "$tool" > /dev/null || die "$tool is missing (scripts/build-windows.sh installs it)"
  done
  work=$(mktemp -d "${TMPDIR:-/tmp}/rustcam-windows-deps.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  stage=$work/dest$neutral
  mkdir -p "$stage/lib/pkgconfig" "$stage/include" "$work/build"
  say "building $prefix (once; some minutes)"
  apt_setup
  headers_of libcli11-dev include/CLI
  headers_of libspdlog-dev include/spdlog
  headers_of libfmt-dev include/fmt
  headers_of nlohmann-json3-dev include/nlohmann
  headers_of doctest-dev include/doctest
  cmake_package CLI11
  cmake_package nlohmann_json
  cmake_package doctest
  cmake_package spdlog 'SPDLOG_FMT_EXTERNAL;FMT_HEADER_ONLY'
  headers_of libffmpeg-nvenc-dev include/ffnvcodec
  cp -a "$work/unpacked/libffmpeg-nvenc-dev"/usr/*/pkgconfig/ffnvcodec.pc "$stage/lib/pkgconfig/" 2> /dev/null ||
    cp -a "$work/unpacked/libffmpeg-nvenc-dev"/usr/*/*/pkgconfig/ffnvcodec.pc "$stage/lib/pkgconfig/"
  sed -i "s|^prefix=.*|prefix=$neutral|" "$stage/lib/pkgconfig/ffnvcodec.pc"
  headers_of libz-mingw-w64-dev
  cp "$work/unpacked/libz-mingw-w64-dev/usr/$host/include"/{zlib,zconf}.h "$stage/include/"
  cp "$work/unpacked/libz-mingw-w64-dev/usr/$host/lib/libz.a" "$stage/lib/"
  build_x264
  build_libvpx
  build_libwebp
  relocate
  build_ffmpeg
  relocate
  licence mingw-w64 /usr/share/doc/mingw-w64-common/copyright
  licence gcc-runtime /usr/share/doc/gcc-mingw-w64-base/copyright
  rm -rf "$stage/share/ffmpeg" "$stage/share/man" "$stage/bin"
  touch "$stage/complete"
  rm -rf "$prefix"
  mv "$stage" "$prefix"
fi
printf '%s\n' "$prefix"
