# The back end against a made-up desktop.
add_library(rustcam_portal_desktop STATIC portal_desktop.cpp environment.cpp)
target_include_directories(rustcam_portal_desktop PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(rustcam_portal_desktop PRIVATE PORTAL_STAND_IN="$<TARGET_FILE:portal_stand_in>")
add_dependencies(rustcam_portal_desktop portal_stand_in)
target_link_libraries(rustcam_portal_desktop PUBLIC rustcam_options rustcam_capture rustcam_platform)
