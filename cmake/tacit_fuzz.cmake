# tacit_fuzz(NAME SOURCES file... [LIBRARIES target...])
#
# A fuzz target: sources that define LLVMFuzzerTestOneInput. In the preset `fuzz` it is build/fuzz/fuzz/NAME and looks
# for new inputs. In every other build ctest runs it over the inputs in fuzz/corpus/NAME, so what was once found stays
# fixed with any compiler.
add_custom_target(fuzz_targets)

function(tacit_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "tacit_fuzz(${name}): it needs SOURCES; what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  add_executable(fuzz_${name} ${arg_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE ${arg_LIBRARIES})
  target_include_directories(fuzz_${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  set_target_properties(fuzz_${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/fuzz")
  add_dependencies(fuzz_targets fuzz_${name})
  if(TACIT_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE "${PROJECT_SOURCE_DIR}/fuzz/replay.cpp")
    add_test(NAME "fuzz/${name}" COMMAND fuzz_${name} "${PROJECT_SOURCE_DIR}/fuzz/corpus/${name}")
    set_tests_properties("fuzz/${name}" PROPERTIES LABELS fuzz TIMEOUT 120)
  endif()
endfunction()
