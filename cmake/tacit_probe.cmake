# tacit_probe(NAME SOURCES file... [LIBRARIES target...] [FLASH_MAX bytes] [RAM_MAX bytes])
#
# An image for a chip with nothing in it but what is measured: it begins at the function `probe`, and what that does
# not reach is left out. What a probe does not link, such as the crypto library or the board, stays unresolved and is
# not counted. tools/sizes says what each image is made of and keeps the limits, which are for all of it but crypto.
function(tacit_probe name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FLASH_MAX;RAM_MAX" "SOURCES;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "tacit_probe(${name}): it needs SOURCES; what is '${arg_UNPARSED_ARGUMENTS}'?")
  endif()
  foreach(limit IN ITEMS FLASH_MAX RAM_MAX)
    if(NOT arg_${limit})
      set(arg_${limit} null)
    endif()
  endforeach()

  set(target probe_${name})
  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} SUFFIX .elf)
  target_link_options(
    ${target} PRIVATE -nostartfiles -nodefaultlibs --specs=nano.specs
    LINKER:--gc-sections,--entry=probe,--undefined=probe,--unresolved-symbols=ignore-all)
  # Of the C library there is what the compiler calls by itself, such as memcpy.
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} -lc_nano -lgcc)

  file(
    GENERATE
    OUTPUT "${PROJECT_BINARY_DIR}/probes/${name}.json"
    CONTENT
      "{\"name\": \"${name}\", \"image\": \"$<TARGET_FILE:${target}>\", \"flash_max\": ${arg_FLASH_MAX}, \"ram_max\": ${arg_RAM_MAX}}\n"
  )
endfunction()
