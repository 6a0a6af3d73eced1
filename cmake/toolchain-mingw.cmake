# Cross-compiles for x86-64 Windows with Debian's mingw-w64 (posix threads), linking everything but
# the system's DLLs statically. RUSTCAM_WINDOWS_PREFIX: the folder that scripts/windows-deps.sh prints.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -static-libgcc -static-libstdc++")

if(NOT RUSTCAM_WINDOWS_PREFIX)
  set(RUSTCAM_WINDOWS_PREFIX "$ENV{RUSTCAM_WINDOWS_PREFIX}")
endif()
set(RUSTCAM_WINDOWS_PREFIX "${RUSTCAM_WINDOWS_PREFIX}" CACHE PATH "The libraries for Windows")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES RUSTCAM_WINDOWS_PREFIX)

set(CMAKE_FIND_ROOT_PATH "${RUSTCAM_WINDOWS_PREFIX}" /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Only the prefix's own packages, with what a static link needs beside them.
set(ENV{PKG_CONFIG_LIBDIR} "${RUSTCAM_WINDOWS_PREFIX}/lib/pkgconfig")
set(ENV{PKG_CONFIG_PATH} "")
set(PKG_CONFIG_ARGN "--static" CACHE STRING "Arguments of pkg-config")
