# rustcam_windows_resource(TARGET): the version and the manifest (true pixels on every monitor, long
# paths) of a Windows program; nothing elsewhere.
function(rustcam_windows_resource target)
  if(NOT WIN32)
    return()
  endif()
  enable_language(RC)
  set(RUSTCAM_WINDOWS_RESOURCES ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/windows)
  configure_file(${RUSTCAM_WINDOWS_RESOURCES}/rustcam-cli.rc.in ${CMAKE_CURRENT_BINARY_DIR}/${target}.rc @ONLY)
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${target}.rc)
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/${target}.rc PROPERTIES
    OBJECT_DEPENDS ${RUSTCAM_WINDOWS_RESOURCES}/rustcam-cli.manifest)
endfunction()
