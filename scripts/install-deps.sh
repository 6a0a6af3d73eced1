#!/usr/bin/env bash
# Installs the packages that a job needs, and only those that are missing.
#   scripts/install-deps.sh [GROUP...]      default: build
# Groups: build    the program                    windows  the Windows program and its tests under Wine
#         suites   unit and contract suites,      arm      the ARM kernels' tests under QEMU
#                  tests on X11 and Wayland       bench    comparisons with other recorders
#         test     everything that scripts/test.sh runs  wine    those tests of a Windows program that is built elsewhere
#         portal   Mutter behind the real portal
#         package  a Debian package               bed      Debian systems of other releases in folders
# It knows Debian 12, 13 and sid, and Ubuntu 24.04 (this one was not tried). Relatives of theirs are judged by the
# versions that their apt offers. Elsewhere it says what is needed. With everything in place it uses no network.
# environment: RUSTCAM_OS_RELEASE   read instead of /etc/os-release
set -euo pipefail

# shellcheck disable=SC2034  # the groups are read by name
{
build=(cmake ninja-build make g++ pkg-config libcli11-dev libspdlog-dev libfmt-dev nlohmann-json3-dev
       libavcodec-dev libavformat-dev libavutil-dev libswresample-dev libswscale-dev zlib1g-dev
       libxau-dev libxcb1-dev libxcb-randr0-dev libxcb-shm0-dev libxcb-damage0-dev libxcb-xfixes0-dev
       libwayland-dev libpulse-dev libpipewire-0.3-dev libsystemd-dev)
suites=(doctest-dev ffmpeg xvfb xserver-xorg-core xserver-xorg-video-dummy x11-xserver-utils x11-apps xdotool
        libxcb-render0-dev libx264-dev libx265-dev libffmpeg-nvenc-dev sway grim pulseaudio pulseaudio-utils pipewire pipewire-pulse wireplumber dbus-daemon
        gstreamer1.0-tools gstreamer1.0-pipewire gstreamer1.0-plugins-base
        python3 python3-gi python3-pytest python3-numpy python3-jsonschema procps)
test=("${suites[@]}" clang libclang-rt-dev clang-format clang-tidy ccache git strace man-db groff mandoc
      bash-completion zsh fish grim wf-recorder)
wine=(wine64 wine xvfb python3 python3-pytest python3-numpy python3-jsonschema ffmpeg pulseaudio pulseaudio-utils procps
      doctest-dev libx264-dev libx265-dev libffmpeg-nvenc-dev)
windows=(g++-mingw-w64-x86-64-posix nasm libz-mingw-w64-dev dpkg-dev make zip ca-certificates cmake ninja-build pkg-config git
         "${wine[@]}")
arm=(g++-aarch64-linux-gnu qemu-user doctest-dev cmake ninja-build)
bench=(libbenchmark-dev libpng-dev libspng-dev ffmpeg scrot maim gstreamer1.0-tools gstreamer1.0-plugins-base
       gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly gstreamer1.0-pipewire pipewire wireplumber dbus-daemon x11-apps xvfb sway grim wf-recorder time python3 python3-numpy)
portal=(mutter xdg-desktop-portal dbus-daemon pipewire wireplumber libglib2.0-bin python3-gi python3 python3-pytest python3-numpy
        ffmpeg gcc gstreamer1.0-tools gstreamer1.0-pipewire gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly)
package=(build-essential debhelper dpkg-dev lintian)
bed=(debootstrap zstd git)
}

# What the sources need, and the package whose version tells. Older ones lack parts of C++20, or of FFmpeg's API.
needed=('CMake 3.25 cmake' 'GCC 12 g++' 'FFmpeg 5.1 libavcodec-dev')
needed_text='CMake 3.25, GCC 12 and FFmpeg 5.1 or newer'

say() { printf 'install-deps: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

wanted=()
for group in "${@:-build}"; do
  case $group in
    build | suites | test | windows | wine | arm | bench | portal | package | bed)
      declare -n packages=$group
      wanted+=("${packages[@]}") ;;
    *) say "unknown group '$group'; known are build, suites, test, windows, wine, arm, bench, portal, package, bed"; exit 2 ;;
  esac
done

missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  say "everything needed for '${*:-build}' is here already"
  exit 0
fi

# os_release NAME: a value of /etc/os-release, empty if it is not set.
os_release() {
  # shellcheck disable=SC1090  # a file of the system
  (set +u; . "${RUSTCAM_OS_RELEASE:-/etc/os-release}" 2>/dev/null || true; printf '%s' "${!1}")
}
id=$(os_release ID) version=$(os_release VERSION_ID) name=$(os_release PRETTY_NAME)
name=${name:-an unknown system}

case " $id $(os_release ID_LIKE) " in
  *' debian '* | *' ubuntu '*) ;;
  *)
    cat >&2 << TEXT
install-deps: this is $name; packages are installed on Debian 12, 13 and sid and on Ubuntu 24.04 only.
Needed are $needed_text, with Ninja, pkg-config, CLI11, spdlog, fmt, nlohmann-json, zlib,
FFmpeg's development files (libavcodec, libavformat, libavutil, libswresample, libswscale) and those of XCB, Xau, Wayland, PulseAudio, PipeWire and systemd. Their names elsewhere (not tried):
  Fedora    gcc-c++ cmake ninja-build pkgconf-pkg-config cli11-devel spdlog-devel fmt-devel json-devel ffmpeg-free-devel
            zlib-devel libxcb-devel libXau-devel wayland-devel pulseaudio-libs-devel pipewire-devel systemd-devel
  Arch      base-devel cmake ninja cli11 spdlog fmt nlohmann-json ffmpeg zlib libxcb libxau wayland libpulse libpipewire systemd-libs
  openSUSE  gcc-c++ cmake ninja pkgconf cli11-devel spdlog-devel fmt-devel nlohmann_json-devel ffmpeg-7-libavcodec-devel
            ffmpeg-7-libavformat-devel ffmpeg-7-libavutil-devel ffmpeg-7-libswresample-devel ffmpeg-7-libswscale-devel zlib-devel libxcb-devel libXau-devel wayland-devel
            libpulse-devel pipewire-devel systemd-devel
Then build with: cmake -B build && cmake --build build
TEXT
    exit 1 ;;
esac

# Known to be too old: told without asking apt.
case $id in
  debian) oldest=12 ;;
  ubuntu) oldest=24.04 ;;
  *) oldest= ;;
esac
if [[ -n $oldest && -n $version ]] && dpkg --compare-versions "$version" lt "$oldest"; then
  case $id-$version in
    ubuntu-22.04) has=' (it has CMake 3.22, GCC 11 and FFmpeg 4.4)' ;;
    debian-11) has=' (it has CMake 3.18, GCC 10 and FFmpeg 4.3)' ;;
    *) has= ;;
  esac
  die "$name is too old$has: needed are $needed_text, as in Debian 12 or Ubuntu 24.04"
fi

sudo=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || die "run this as root (or install sudo): missing are ${missing[*]}"
  sudo=(sudo)
fi
"${sudo[@]}" apt-get update -q >&2

# candidate PACKAGE: the version that apt would install, without epoch; empty if there is none.
candidate() { LC_ALL=C apt-cache policy "$1" | sed -nE '/Candidate: \(none\)/d; s/^ +Candidate: ([0-9]+:)?//p'; }

old=() absent=()
for each in "${needed[@]}"; do
  read -r what least package <<< "$each"
  [[ " ${missing[*]} " == *" $package "* ]] || continue
  offered=$(candidate "$package")
  if [[ -n $offered ]] && dpkg --compare-versions "$offered" lt "$least"; then old+=("$what ${offered%%-*}"); fi
done
for package in "${missing[@]}"; do
  [[ -n $(candidate "$package") ]] || absent+=("$package")
done
if [[ ${#old[@]} -gt 0 ]]; then
  list=$(printf ', %s' "${old[@]}")
  die "$name is too old (it has ${list:2}): needed are $needed_text, as in Debian 12 or Ubuntu 24.04"
fi
if [[ ${#absent[@]} -gt 0 ]]; then
  die "apt knows no package ${absent[*]}: add the source that has it (Debian: main, Ubuntu: universe)"
fi

say "installing ${missing[*]}"
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
