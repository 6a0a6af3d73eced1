# Which kernels are built is the processor's affair; which of them run is found out at run time. Sets
# `kernels` to their sources.
set(kernel_dir ${CMAKE_CURRENT_LIST_DIR})
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  set(kernels kernels_x86.cpp kernels_avx2.cpp kernels_avx512.cpp)
  set(vector_flags "")
  if(WIN32 AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC aligns the stack to 16 bytes only on 64-bit Windows, and spills wider vectors to it with
    # aligned moves; the assembler can turn these into unaligned ones.
    set(vector_flags -Wa,-muse-unaligned-vector-move)
  endif()
  set_source_files_properties(${kernel_dir}/kernels_avx2.cpp PROPERTIES COMPILE_OPTIONS "-mavx2;${vector_flags}")
  # GCC 12's own AVX-512 header sets off -W[maybe-]uninitialized in its users (GCC bug 105593).
  set_source_files_properties(${kernel_dir}/kernels_avx512.cpp PROPERTIES COMPILE_OPTIONS
    "-mavx512f;-mavx512bw;-mavx512vnni;$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-uninitialized>;${vector_flags}")
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
  set(kernels kernels_neon.cpp)
else()
  set(kernels kernels_portable.cpp)
endif()
list(TRANSFORM kernels PREPEND ${kernel_dir}/)
