# The x11 back end against real X servers: Xvfb, and Xorg with its dummy driver.
pkg_check_modules(XCB_RENDER REQUIRED IMPORTED_TARGET xcb-render)

add_library(rustcam_x11_bed STATIC x11_server.cpp x11_painter.cpp x11_canvas.cpp environment.cpp)
target_include_directories(rustcam_x11_bed PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(rustcam_x11_bed PUBLIC rustcam_options rustcam_capture_x11 PkgConfig::XCB PRIVATE PkgConfig::XCB_RENDER)

add_executable(contract_x11_server x11_source_test.cpp x11_outputs_test.cpp x11_pointer_test.cpp x11_windows_test.cpp x11_edid_test.cpp
               x11_reply_items_test.cpp x11_pixel_layout_test.cpp)
target_link_libraries(contract_x11_server PRIVATE rustcam_test_main rustcam_x11_bed)
add_test(NAME contract_x11_server COMMAND contract_x11_server)
set_tests_properties(contract_x11_server PROPERTIES LABELS "contract;threads" TIMEOUT 600 COST 40)
