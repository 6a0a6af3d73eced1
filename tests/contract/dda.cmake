# The dda back end on a desktop that shows the scene `mover`: run under the duplication layer
# (tests/wine), once for each desktop that is to be tried.
add_executable(contract_dda dda_source_test.cpp)
target_link_libraries(contract_dda PRIVATE rustcam_test_main rustcam_backends rustcam_stimulus)
