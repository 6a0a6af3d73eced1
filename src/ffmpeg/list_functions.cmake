# cmake -DNM=... -DLIBRARIES=a.so,b.so -DOUTPUT=functions.inc -P list_functions.cmake
# Lists what FFmpeg's libraries export, as stubs_x86_64.S takes it: whatever this release of FFmpeg has, the program
# can call.
cmake_minimum_required(VERSION 3.25)
string(REPLACE "," ";" libraries "${LIBRARIES}")
set(list "")
foreach(path ${libraries})
  get_filename_component(library ${path} NAME_WE)
  string(REGEX REPLACE "^lib" "" library ${library})
  execute_process(COMMAND ${NM} --dynamic --defined-only ${path} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  # Functions only, without the version at the end of a name. avpriv_* is FFmpeg's own business.
  string(REGEX MATCHALL " [TWi] (av|sws|swr)[A-Za-z0-9_]*" functions "${symbols}")
  list(TRANSFORM functions REPLACE "^ . " "")
  list(FILTER functions EXCLUDE REGEX "^avpriv_")
  if(NOT functions)
    message(FATAL_ERROR "${path} exports no function of FFmpeg: is it a shared library?")
  endif()
  foreach(function ${functions})
    string(APPEND list "FFMPEG_FUNCTION(${library}, ${function})\n")
  endforeach()
endforeach()
file(WRITE ${OUTPUT} "${list}")
