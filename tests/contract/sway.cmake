# The wayland back end against sway without a screen.
add_library(rustcam_sway_bed STATIC sway_server.cpp wayland_painter.cpp)
target_include_directories(rustcam_sway_bed PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(rustcam_sway_bed PUBLIC rustcam_options rustcam_base)
target_compile_definitions(rustcam_sway_bed PRIVATE SWAY_OUTPUTS_OFF="$<TARGET_FILE:sway_outputs_off>")
add_dependencies(rustcam_sway_bed sway_outputs_off)

# Skipped if no sway is installed when it runs.
add_test(NAME contract_sway COMMAND sh -c "command -v sway swaymsg || exit 77; exec \"$0\"" $<TARGET_FILE:contract_sway>)
rustcam_contract(sway rustcam_sway_bed)
set_tests_properties(contract_sway PROPERTIES SKIP_RETURN_CODE 77)
