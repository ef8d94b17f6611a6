# The target ipsec_mb::ipsec_mb: Intel's multi-buffer library, 1.3 or newer, which is for x86-64 alone.
find_path(IpsecMb_INCLUDE_DIR intel-ipsec-mb.h)
find_library(IpsecMb_LIBRARY IPSec_MB)
if(IpsecMb_INCLUDE_DIR)
  file(STRINGS "${IpsecMb_INCLUDE_DIR}/intel-ipsec-mb.h" line REGEX "^#define IMB_VERSION_STR ")
  string(REGEX MATCH "[0-9]+[.][0-9]+[.][0-9]+" IpsecMb_VERSION "${line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  IpsecMb
  REQUIRED_VARS IpsecMb_LIBRARY IpsecMb_INCLUDE_DIR
  VERSION_VAR IpsecMb_VERSION)
if(IpsecMb_FOUND AND NOT TARGET ipsec_mb::ipsec_mb)
  add_library(ipsec_mb::ipsec_mb UNKNOWN IMPORTED)
  set_target_properties(ipsec_mb::ipsec_mb PROPERTIES IMPORTED_LOCATION "${IpsecMb_LIBRARY}"
                                                      INTERFACE_INCLUDE_DIRECTORIES "${IpsecMb_INCLUDE_DIR}")
endif()
mark_as_advanced(IpsecMb_INCLUDE_DIR IpsecMb_LIBRARY)
