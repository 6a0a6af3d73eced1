# The back end against a made-up desktop.
add_library(rustcam_portal_desktop STATIC portal_desktop.cpp environment.cpp)
target_include_directories(rustcam_portal_desktop PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(rustcam_portal_desktop PRIVATE PORTAL_STAND_IN="$<TARGET_FILE:portal_stand_in>")
add_dependencies(rustcam_portal_desktop portal_stand_in)
target_link_libraries(rustcam_portal_desktop PUBLIC rustcam_options rustcam_capture rustcam_platform)

# Skipped where a server that it needs is not installed.
foreach(personality mutter kwin)
  set(program contract_portal_${personality})
  add_executable(${program} contract_suite.cpp portal_stage.cpp portal_source_test.cpp)
  target_compile_definitions(${program} PRIVATE RUSTCAM_TEST_PORTAL="${personality}")
  target_link_libraries(${program} PRIVATE rustcam_test_main rustcam_portal_desktop)
  add_test(NAME ${program}
    COMMAND sh -c "command -v dbus-daemon && command -v pipewire && command -v wireplumber || exit 77; exec \"$0\"" $<TARGET_FILE:${program}>)
  set_tests_properties(${program} PROPERTIES LABELS "contract;threads" TIMEOUT 600 COST 30 SKIP_RETURN_CODE 77)
endforeach()
