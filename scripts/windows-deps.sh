#!/usr/bin/env bash
# Builds the static libraries that the Windows program is linked with (FFmpeg, x264, libvpx, libwebp, Opus, SRT,
# Mbed TLS's ciphers, zlib, NVENC's headers and the header-only libraries) with mingw-w64, into a cache folder.
# Prints that folder's path; builds only once. Whatever Debian this is, the sources are those of Debian 13, from
# this machine's own archive: its FFmpeg is new enough for BGRA Direct3D 11 frames and for AV1 by NVENC.
#
# usage: scripts/windows-deps.sh
# environment: RUSTCAM_CACHE  where built prefixes are kept (default: ~/.cache/rustcam-cli)
#              RUSTCAM_JOBS   how many compilers run at once (default: the number of processors)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${RUSTCAM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/rustcam-cli}
prefix=$cache/windows-$(cat "$here"/windows-{deps,sources}.sh | sha256sum | cut -c1-12)
jobs=${RUSTCAM_JOBS:-$(nproc)}
host=x86_64-w64-mingw32
# The prefix that the libraries are told: FFmpeg writes it into the program, where no path of the
# building machine belongs.
neutral=/rustcam
# shellcheck source=scripts/windows-sources.sh
. "$here/windows-sources.sh"

encoders=(libx264 libx264rgb h264_nvenc hevc_nvenc av1_nvenc h264_mf hevc_mf libvpx_vp9 png mjpeg libwebp qoi bmp
          ppm ffv1 gif rawvideo wrapped_avframe
          aac libopus flac pcm_s16le pcm_s24le pcm_s32le pcm_f32le)
muxers=(mp4 mov matroska webm gif rawvideo yuv4mpegpipe nut mpegts image2 image2pipe webp mjpeg
        flv hls rtp rtsp segment tee fifo matroska_audio ipod adts ogg opus flac wav pcm_s16le pcm_f32le)
# What the program writes is read back by its tests.
decoders=(h264 vp9 png mjpeg webp vp8 qoi bmp ppm ffv1 gif rawvideo
          aac opus flac pcm_s16le pcm_s24le pcm_s32le pcm_f32le)
demuxers=(mov matroska gif rawvideo yuv4mpegpipe nut mpegts image2 image2pipe image_png_pipe image_jpeg_pipe
          image_webp_pipe image_bmp_pipe image_qoi_pipe image_ppm_pipe
          flv live_flv aac ogg flac wav pcm_s16le pcm_f32le)
parsers=(h264 hevc av1 vp9 png mjpeg webp vp8 qoi bmp pnm gif aac opus flac)
bsfs=(h264_mp4toannexb hevc_mp4toannexb extract_extradata vp9_superframe vp9_superframe_split null
      aac_adtstoasc h264_metadata hevc_metadata av1_metadata)
protocols=(file pipe tcp udp rtp http https tls rtmp rtmps libsrt)

# headers_of PACKAGE PATH...: takes those folders of usr/ of a package that runs nothing of its own.
headers_of() {
  local package=$1 path version; shift
  mkdir -p "$work/unpacked/$package"
  while IFS= read -r version; do
    rm -rf "$work/download/$package"; mkdir -p "$work/download/$package"
    (cd "$work/download/$package" && apt-get "${apt_options[@]}" download "$package=$version" >&2) && break
  done < <(apt-cache "${apt_options[@]}" madison "$package" | cut -d'|' -f2 | tr -d ' ' | uniq)
  [[ -n $(ls "$work/download/$package" 2> /dev/null) ]] || die "no package $package can be had from this machine's archive"
  printf '%s %s\n' "$package" "$version" >> "$work/versions"
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
  sed -E -i -e "s,^prefix=.*,prefix=\${pcfiledir}/../..," -e "s,$stage/lib/pkgconfig/../..,\${prefix},g" \
    -e "/^prefix=/!s,(=|-I|-L)$neutral\b,\1\${prefix},g" "$stage"/lib/pkgconfig/*.pc
}

# cmake_library NAME TARGET [OPTION...]: configures the source package NAME and builds a target of it.
cmake_library() {
  local name=$1 target=$2; shift 2
  cmake -S "$work/src/$name" -B "$work/build/$name" -G Ninja -DCMAKE_SYSTEM_NAME=Windows \
    -DCMAKE_SYSTEM_PROCESSOR=x86_64 -DCMAKE_C_COMPILER=$host-gcc-posix -DCMAKE_CXX_COMPILER=$host-g++-posix \
    -DCMAKE_RC_COMPILER=$host-windres -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=$neutral \
    -DCMAKE_INSTALL_LIBDIR=lib -DBUILD_SHARED_LIBS=OFF "$@"
  DESTDIR="$work/dest" cmake --build "$work/build/$name" -j"$jobs" --target "$target"
}

build_x264() {
  source_of x264
  # The program records 8 bits a channel; x264 compiles everything once more for 10.
  (cd "$work/src/x264" &&
    CC=$host-gcc-posix ./configure --host=$host --cross-prefix=$host- --prefix=$neutral --enable-static --disable-cli \
      --bit-depth=8 --disable-opencl --disable-avs --disable-swscale --disable-lavf --disable-ffms --disable-gpac \
      --disable-lsmash &&
    make -s -j"$jobs" && make -s install DESTDIR="$work/dest")
  licence x264 "$work/src/x264/COPYING" "$work/src/x264/debian/copyright"
}

build_libvpx() {
  source_of libvpx
  mkdir -p "$work/build/libvpx"
  (cd "$work/build/libvpx" &&
    CROSS=$host- "$work/src/libvpx/configure" --target=x86_64-win64-gcc --prefix=$neutral --as=nasm --enable-static \
      --disable-shared --disable-examples --disable-tools --disable-docs --disable-unit-tests --enable-realtime-only \
      --disable-vp8 --disable-vp9-decoder &&
    make -s -j"$jobs" && make -s install DIST_DIR="$work/dest$neutral")
  licence libvpx "$work/src/libvpx/LICENSE" "$work/src/libvpx/debian/copyright"
}

build_libwebp() {
  source_of libwebp
  local off=() tool
  for tool in ANIM_UTILS CWEBP DWEBP GIF2WEBP IMG2WEBP VWEBP WEBPINFO WEBPMUX EXTRAS LIBWEBPMUX; do
    off+=("-DWEBP_BUILD_$tool=OFF")
  done
  cmake_library libwebp install "${off[@]}"
  licence libwebp "$work/src/libwebp/COPYING" "$work/src/libwebp/debian/copyright"
}

build_opus() {
  source_of opus
  # What these two add to functions needs libssp, which would be one more library to link.
  cmake_library opus install -DOPUS_STACK_PROTECTOR=OFF -DOPUS_FORTIFY_SOURCE=OFF -DOPUS_INSTALL_CMAKE_CONFIG_MODULE=OFF
  licence opus "$work/src/opus/COPYING" "$work/src/opus/debian/copyright"
}

# SRT's passphrases need a library of ciphers. Of Mbed TLS it is only that part; TLS itself is the system's (Schannel).
build_srt() {
  source_of mbedtls
  cmake_library mbedtls mbedcrypto -DENABLE_PROGRAMS=OFF -DENABLE_TESTING=OFF -DMBEDTLS_FATAL_WARNINGS=OFF
  cp "$work/build/mbedtls/library/libmbedcrypto.a" "$stage/lib/"
  licence mbedtls "$work/src/mbedtls/LICENSE" "$work/src/mbedtls/debian/copyright"

  source_of srt
  cmake_library srt install -DENABLE_SHARED=OFF -DENABLE_APPS=OFF -DENABLE_LOGGING=OFF -DENABLE_STDCXX_SYNC=ON \
    -DUSE_ENCLIB=mbedtls "-DSSL_LIBRARY_DIRS=$stage/lib" "-DSSL_INCLUDE_DIRS=$work/src/mbedtls/include" \
    '-DSSL_LIBRARIES=mbedcrypto;bcrypt'
  # It names the compiler's own libraries, the DLL of libgcc among them.
  sed -i 's/^Libs.private:.*/Libs.private: -lmbedcrypto -lbcrypt -lws2_32 -lstdc++/' "$stage/lib/pkgconfig/srt.pc"
  rm "$stage/lib/pkgconfig/haisrt.pc"
  licence srt "$work/src/srt/LICENSE" "$work/src/srt/debian/copyright"
}

# FFmpeg's configure looks for the others: after them.
build_ffmpeg() {
  local parts=() name
  for name in "${encoders[@]}"; do parts+=("--enable-encoder=$name"); done
  for name in "${muxers[@]}"; do parts+=("--enable-muxer=$name"); done
  for name in "${decoders[@]}"; do parts+=("--enable-decoder=$name"); done
  for name in "${demuxers[@]}"; do parts+=("--enable-demuxer=$name"); done
  for name in "${parsers[@]}"; do parts+=("--enable-parser=$name"); done
  for name in "${bsfs[@]}"; do parts+=("--enable-bsf=$name"); done
  for name in "${protocols[@]}"; do parts+=("--enable-protocol=$name"); done
  mkdir -p "$work/build/ffmpeg"
  (cd "$work/build/ffmpeg"
    PKG_CONFIG_LIBDIR="$stage/lib/pkgconfig" "$work/src/ffmpeg/configure" --prefix=$neutral --enable-cross-compile \
      --arch=x86_64 --target-os=mingw32 --cross-prefix=$host- --cc=$host-gcc-posix --pkg-config=pkg-config \
      --pkg-config-flags=--static --enable-gpl --disable-autodetect --disable-everything --disable-programs \
      --disable-doc --disable-debug --disable-pthreads --disable-avdevice --disable-avfilter --disable-postproc \
      --enable-network --enable-schannel --enable-swresample --enable-w32threads --enable-zlib --enable-libx264 \
      --enable-libvpx --enable-libwebp --enable-libopus --enable-libsrt --enable-ffnvcodec --enable-nvenc \
      --enable-d3d11va --enable-mediafoundation "${parts[@]}" ||
      { tail -n 30 ffbuild/config.log; exit 1; }
    check_components
    make -s -j"$jobs"
    make -s install DESTDIR="$work/dest")
  licence ffmpeg "$work/src/ffmpeg/COPYING.GPLv2" "$work/src/ffmpeg/LICENSE.md" "$work/src/ffmpeg/debian/copyright"
}

# at_once COMMAND...: runs them at the same time, each with a log of its own that is shown if it fails.
at_once() {
  local names=() pids=() index failed=()
  mkdir -p "$work/logs"
  for name in "$@"; do
    $name > "$work/logs/${name// /-}" 2>&1 &
    names+=("$name"); pids+=($!)
  done
  for index in "${!pids[@]}"; do
    wait "${pids[index]}" || failed+=("${names[index]}")
  done
  for name in "${failed[@]}"; do
    say "$name failed:"
    tail -n 40 "$work/logs/${name// /-}" >&2
  done
  [[ ${#failed[@]} -eq 0 ]] || exit 1
}

# configure drops a part silently when something that it needs is missing.
check_components() {
  local header=$work/build/ffmpeg/config_components.h missing=() kind name
  for kind in encoder muxer decoder demuxer parser bsf protocol; do
    declare -n names=${kind}s
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
  cp "/usr/$host/include"/{zlib,zconf}.h "$stage/include/"
  cp "/usr/$host/lib/libz.a" "$stage/lib/"
  licence zlib /usr/share/doc/libz-mingw-w64-dev/copyright
  dpkg-query -W -f '${Package} ${Version}\n' libz-mingw-w64-dev >> "$work/versions"
  at_once build_x264 build_libvpx build_libwebp build_opus build_srt "source_of ffmpeg $ffmpeg_minimum"
  relocate
  at_once build_ffmpeg
  relocate
  licence mingw-w64 /usr/share/doc/mingw-w64-common/copyright
  licence gcc-runtime /usr/share/doc/gcc-mingw-w64-base/copyright
  rm -rf "$stage/share/ffmpeg" "$stage/share/man" "${stage:?}/bin"
  sort "$work/versions" > "$stage/share/licenses/sources.txt"
  say "built from $(paste -sd, "$stage/share/licenses/sources.txt" | sed 's/,/, /g')"
  touch "$stage/complete"
  rm -rf "$prefix"
  mv "$stage" "$prefix"
fi
printf '%s\n' "$prefix"
