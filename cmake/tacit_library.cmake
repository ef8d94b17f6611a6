# tacit_library(NAME [SOURCES file...] [LIBRARIES target...] [PRIVATE target...] [HEADERS file...])
#
# The target of one folder: tacit_NAME, also known as tacit::NAME, installed and exported. Without SOURCES it is
# headers alone. LIBRARIES are those that its headers include (the arrows); PRIVATE are those that only its sources
# use. Its headers are all the *.hpp of the folder, unless HEADERS says which: a folder with two targets has to.
#
#   tacit_library(nomq SOURCES packet.cpp node.cpp LIBRARIES tacit::kit tacit::crypto)
include(GNUInstallDirs)

function(tacit_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES;PRIVATE;HEADERS")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "tacit_library(${name}): what is '${arg_UNPARSED_ARGUMENTS}${arg_KEYWORDS_MISSING_VALUES}'?")
  endif()
  if(NOT "HEADERS" IN_LIST ARGN)
    file(GLOB arg_HEADERS CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.hpp")
  endif()

  set(target "tacit_${name}")
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    set(visibility PUBLIC)
    target_link_libraries(${target} PRIVATE ${arg_PRIVATE})
    set_property(GLOBAL APPEND PROPERTY TACIT_ARCHIVES ${target})  # from below to above
  else()
    add_library(${target} INTERFACE)
    set(visibility INTERFACE)
  endif()
  add_library("tacit::${name}" ALIAS ${target})

  target_compile_features(${target} ${visibility} cxx_std_20)
  target_include_directories(${target} ${visibility} "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>")
  target_link_libraries(${target} ${visibility} ${arg_LIBRARIES})
  target_sources(${target} ${visibility} FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${arg_HEADERS})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})

  install(
    TARGETS ${target}
    EXPORT tacit
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
endfunction()
