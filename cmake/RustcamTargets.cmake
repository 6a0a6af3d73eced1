# How every target of the project is compiled, said once.

find_package(Threads REQUIRED)

add_library(rustcam_options INTERFACE)
cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH rustcam_root)
target_include_directories(rustcam_options INTERFACE ${rustcam_root}/src)
target_compile_options(rustcam_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(RUSTCAM_WERROR)
  target_compile_options(rustcam_options INTERFACE -Werror)
endif()
# GCC 12 sees overlapping copies in string concatenations where there are none (its bug 105651).
target_compile_options(rustcam_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_link_libraries(rustcam_options INTERFACE Threads::Threads)
if(WIN32)
  # Windows 8 is the oldest that has Desktop Duplication; what is newer is found at run time.
  target_compile_definitions(rustcam_options INTERFACE UNICODE _UNICODE NOMINMAX WIN32_LEAN_AND_MEAN
                                                       _WIN32_WINNT=0x0602)
  # Where libstdc++ makes semaphores of atomics without a futex, a release can fail to wake its waiter
  # (std::stop_callback's destructor then hangs). Its own switch for the system's semaphores.
  target_compile_definitions(rustcam_options INTERFACE _GLIBCXX_USE_POSIX_SEMAPHORE=1)
endif()
if(RUSTCAM_SANITIZE)
  target_compile_options(rustcam_options INTERFACE -fsanitize=${RUSTCAM_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all)
  target_link_options(rustcam_options INTERFACE -fsanitize=${RUSTCAM_SANITIZE})
  # GCC 12 reports false -Wmaybe-uninitialized and -Wtsan findings in instrumented standard headers.
  target_compile_options(rustcam_options INTERFACE
                         $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
endif()

if(RUSTCAM_UNITY)
  set(CMAKE_UNITY_BUILD ON)
  # What one file names in its unnamed namespace shadows nothing in another: only a build of each file by itself can tell.
  target_compile_options(rustcam_options INTERFACE -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
if(RUSTCAM_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
if(RUSTCAM_HARDENING)
  include(${CMAKE_CURRENT_LIST_DIR}/RustcamHardening.cmake)
endif()

# rustcam_library(NAME SOURCES ... [DEPENDS ...] [PRIVATE ...])
# One library for one folder of src/. DEPENDS are public, PRIVATE stay inside.
function(rustcam_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC rustcam_options ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE})
endfunction()
