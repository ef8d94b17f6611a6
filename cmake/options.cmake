# How everything here is compiled. A preset sets the options; nothing below a folder's own CMakeLists.txt does.

option(TACIT_TESTS "Build the tests and the examples" ${PROJECT_IS_TOP_LEVEL})
option(TACIT_BENCH "Build the benchmarks" OFF)
option(TACIT_FUZZ "Build the fuzz targets to look for new inputs; clang only" OFF)
set(TACIT_PATIENCE 1 CACHE STRING "How many times longer than usual a test may take")
option(TACIT_WERROR "Warnings are errors" OFF)
option(TACIT_OPTIMIZE_LESS "Compile quickly what is off the packet path: host, app, tests but the simulation" OFF)
set(TACIT_SANITIZE "" CACHE STRING "What -fsanitize= is given; empty for none")

# A chip: the half of the tree from base to the protocols, without an operating system.
if(CMAKE_SYSTEM_NAME STREQUAL "Generic")
  set(TACIT_FREESTANDING TRUE)
else()
  set(TACIT_FREESTANDING FALSE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(TACIT_CCACHE ccache)
if(TACIT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${TACIT_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${TACIT_CCACHE}")
endif()

add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wconversion;-Wshadow>")
# GCC 12 sees an overlap in "[" + std::string(…) that is not there (its bug 105651, mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>")
endif()
if(TACIT_WERROR)
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Werror>")
endif()

# GCC clears what is as large as a few registers with `rep stos`, for the oldest processors of its kind. To begin that
# takes today's as long as thirty stores, which on a packet's path is a good part of all there is to do.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_SYSTEM_PROCESSOR STREQUAL x86_64)
  foreach(of memset memcpy)
    add_compile_options("$<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:CXX>>:-m${of}-strategy=vector_loop:256:noalign,libcall:-1:noalign>")
  endforeach()
endif()

if(NOT TACIT_FREESTANDING)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  # A span read past its end is our own bug, and stops the program in production too.
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

if(TACIT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(TACIT_SANITIZE)
  add_compile_options("-fsanitize=${TACIT_SANITIZE}" -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options("-fsanitize=${TACIT_SANITIZE}")
  # The thread sanitizer sees no fences, and GCC warns of Asio's. Asio's locks it does see.
  if(TACIT_SANITIZE STREQUAL "thread")
    add_compile_definitions(ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()

# Asio, JSON and GoogleTest are most of what there is to compile: without the optimizer, half of the time.
function(tacit_optimize_less target)
  if(TACIT_OPTIMIZE_LESS)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# Asio finds out for itself whether std::aligned_alloc exists, and finds nothing in a file that includes Asio before any
# other header: then what one file allocates another frees in a different way. So it is told, everywhere.
function(tacit_uses_asio target)
  target_compile_definitions(${target} PUBLIC ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_HAS_STD_ALIGNED_ALLOC)
endfunction()
