#Parts of the wayland back end that need no compositor.
add_executable(contract_wayland_parts wayland_pixels_test.cpp)
    target_link_libraries(contract_wayland_parts PRIVATE rustcam_test_main rustcam_capture_wayland)
        add_test(NAME contract_wayland_parts COMMAND contract_wayland_parts)
            set_tests_properties(contract_wayland_parts PROPERTIES LABELS contract TIMEOUT 60)
