# tacit_add_folders(FOLDER...) adds each folder that has a CMakeLists.txt, and looks again when one appears.
function(tacit_add_folders)
  foreach(folder IN LISTS ARGN)
    file(GLOB list CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt")
    if(list)
      add_subdirectory("${folder}")
    endif()
  endforeach()
endfunction()
