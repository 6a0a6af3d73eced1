# Parts of the wayland back end that need no compositor.
add_executable(contract_wayland_parts wayland_pixels_test.cpp)
target_link_libraries(contract_wayland_parts PRIVATE rustcam_test_main rustcam_capture_wayland)
add_test(NAME contract_wayland_parts COMMAND contract_wayland_parts)
set_tests_properties(contract_wayland_parts PROPERTIES LABELS contract TIMEOUT 60)

# The back end against our own compositor.
if(TARGET rustcam_wayland_compositor)
  add_library(rustcam_wayland_desktop STATIC wayland_desktop.cpp environment.cpp)
  target_include_directories(rustcam_wayland_desktop PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(rustcam_wayland_desktop PUBLIC rustcam_options rustcam_capture rustcam_wayland_compositor)

  foreach(protocol wlr ext)
    set(program contract_wayland_${protocol})
    add_executable(${program} contract_suite.cpp wayland_stage.cpp)
    target_compile_definitions(${program} PRIVATE RUSTCAM_TEST_WAYLAND="${protocol}")
    target_link_libraries(${program} PRIVATE rustcam_test_main rustcam_wayland_desktop)
    add_test(NAME ${program} COMMAND ${program})
    set_tests_properties(${program} PROPERTIES LABELS "contract;threads" TIMEOUT 600 COST 10)
  endforeach()

  add_executable(contract_wayland_faults wayland_faults_test.cpp)
  target_link_libraries(contract_wayland_faults PRIVATE rustcam_test_main rustcam_wayland_desktop)
  add_test(NAME contract_wayland_faults COMMAND contract_wayland_faults)
  set_tests_properties(contract_wayland_faults PROPERTIES LABELS "contract;threads" TIMEOUT 600 COST 30)
endif()
