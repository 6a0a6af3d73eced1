# What makes a mistake harder to misuse, for every target through rustcam_options (docs/building.md). Looked up in the
# built program by tests/integration/test_hardening.py.

include(CheckCXXCompilerFlag)

# rustcam_harden(FLAG): takes the flag where the compiler knows it.
function(rustcam_harden flag)
  string(MAKE_C_IDENTIFIER "RUSTCAM_HAS${flag}" has)
  # Unknown options are only warned of by some, so with -Werror.
  set(CMAKE_REQUIRED_FLAGS -Werror)
  check_cxx_compiler_flag(${flag} ${has})
  if(${has})
    target_compile_options(rustcam_options INTERFACE $<$<COMPILE_LANGUAGE:CXX,ASM>:${flag}>)
  endif()
endfunction()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND NOT WIN32)
  rustcam_harden(-fcf-protection=full)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
  rustcam_harden(-mbranch-protection=standard)
endif()

rustcam_harden(-fstack-protector-strong)
if(WIN32)
  # The linker has to know of the stack protector as well, whose functions are in a library of their own.
  target_link_options(rustcam_options INTERFACE -fstack-protector-strong
                      LINKER:--dynamicbase LINKER:--nxcompat LINKER:--high-entropy-va)
else()
  rustcam_harden(-fstack-clash-protection)
  # Not -fPIC, which CMake's own property would give our static libraries: that costs calls through the table.
  target_compile_options(rustcam_options INTERFACE -fPIE)
  target_link_options(rustcam_options INTERFACE -pie LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
endif()

# The C library's checks need the optimiser, and are in the sanitizers' way. Level 3 where the compiler can size objects at
# run time. Some distributions' compilers set a level of their own.
if(NOT RUSTCAM_SANITIZE)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS "-O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
  check_cxx_source_compiles("#include <cstring>
    #if !defined(__USE_FORTIFY_LEVEL) || __USE_FORTIFY_LEVEL < 3
    #error no level 3
    #endif
    int main() { return 0; }" RUSTCAM_HAS_FORTIFY_3)
  unset(CMAKE_REQUIRED_FLAGS)
  set(level 2)
  if(RUSTCAM_HAS_FORTIFY_3)
    set(level 3)
  endif()
  target_compile_options(rustcam_options INTERFACE
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<NOT:$<CONFIG:Debug>>>:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=${level}>)
endif()
