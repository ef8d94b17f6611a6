# tacit_test(NAME SOURCES file... [LIBRARIES target...] [BACKENDS openssl bearssl] [LABELS label...] [TIMEOUT s]
#            [SERIAL])
#
# A GoogleTest program, each of its tests known to ctest as NAME/Suite.test and labelled with the folder it is in
# (unit, sim, net, cli, ...). With BACKENDS there is one program per crypto library, NAME_openssl and NAME_bearssl,
# made of the same sources: which library computes is chosen when linking. Where ipsec-mb is built in, the tests of
# NAME_openssl are known twice, as NAME_openssl/... and NAME_ipsec_mb/...: that is chosen at start. Run one from the top of
# the tree with build/dev/tests/bin/NAME: TACIT_SOURCE_DIR is relative, so that a test is compiled alike in every checkout.
# GTEST_SKIP() marks what cannot run here; ctest lists it as skipped, never as passed. TIMEOUT is for each test,
# in seconds. SERIAL: no other test runs at the same time.
find_package(GTest REQUIRED)
find_package(Threads REQUIRED)
include(GoogleTest)

function(tacit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT" "SOURCES;LIBRARIES;BACKENDS;LABELS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "tacit_test(${name}): it needs SOURCES; what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  math(EXPR arg_TIMEOUT "${arg_TIMEOUT} * ${TACIT_PATIENCE}")
  if(arg_BACKENDS)
    foreach(backend IN LISTS arg_BACKENDS)
      tacit_add_test_program("${name}_${backend}" "tacit::crypto_${backend}")
    endforeach()
  else()
    tacit_add_test_program("${name}" "")
  endif()
endfunction()

# For tacit_test alone, whose arguments it sees.
function(tacit_add_test_program program backend)
  add_executable(${program} ${arg_SOURCES})
  target_link_libraries(${program} PRIVATE ${arg_LIBRARIES} ${backend} GTest::gmock GTest::gtest_main Threads::Threads)
  target_include_directories(${program} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${program} PRIVATE TACIT_SOURCE_DIR=".")
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests/bin")

  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}/tests" OUTPUT_VARIABLE folder)
  string(REGEX MATCH "^[^/]+" folder "${folder}")
  if(NOT folder STREQUAL "sim")
    tacit_optimize_less(${program})
  endif()
  get_property(with_ipsec_mb GLOBAL PROPERTY TACIT_WITH_IPSEC_MB)
  if(with_ipsec_mb AND backend STREQUAL "tacit::crypto_openssl")
    tacit_discover_tests(${program} "${program}" ENVIRONMENT TACIT_CRYPTO=openssl)
    tacit_discover_tests(${program} "${name}_ipsec_mb")
  else()
    tacit_discover_tests(${program} "${program}")
  endif()
endfunction()

# Likewise; what follows the prefix is more properties of each test.
function(tacit_discover_tests program prefix)
  gtest_discover_tests(
    ${program}
    TEST_PREFIX "${prefix}/"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    DISCOVERY_TIMEOUT 120
    PROPERTIES TIMEOUT ${arg_TIMEOUT} RUN_SERIAL "${arg_SERIAL}" LABELS "${folder};${arg_LABELS}" ${ARGN})
endfunction()
