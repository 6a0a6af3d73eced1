# Third-party packages, each as an imported target. Their headers are system headers: our warning
# flags are for our code.

if(WIN32 AND CMAKE_CROSSCOMPILING)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)  # never the import library of a DLL that would have to go along
endif()
find_package(PkgConfig REQUIRED)
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavcodec>=59 libavformat>=59 libavutil>=57 libswresample>=4 libswscale>=6)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)

if(NOT WIN32)
  pkg_check_modules(XCB REQUIRED IMPORTED_TARGET xcb xcb-randr xcb-shm xcb-damage xcb-xfixes)
  pkg_check_modules(XAU REQUIRED IMPORTED_TARGET xau)
  pkg_check_modules(WAYLAND_CLIENT REQUIRED wayland-client>=1.20)
  pkg_check_modules(PULSE REQUIRED libpulse)
  pkg_check_modules(PIPEWIRE REQUIRED libpipewire-0.3>=0.3.65)
  pkg_check_modules(SYSTEMD REQUIRED libsystemd)
endif()
