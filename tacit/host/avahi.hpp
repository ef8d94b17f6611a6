#pragma once
#include <system_error>

// Multicast DNS (DNS-SD) is Avahi's affair, for all programs of a machine: we ask it over D-Bus.
namespace tacit::host {

enum class AvahiFault {
  no_bus = 1,   // no D-Bus system bus
  not_running,  // no avahi-daemon on it, or it may not be asked
  refused,      // it did not want what we asked for
};
std::error_code make_error_code(AvahiFault);

// Nothing, where Avahi runs or can be started. Waits two seconds at most.
std::error_code check_avahi();

}  // namespace tacit::host

template <> struct std::is_error_code_enum<tacit::host::AvahiFault> : std::true_type {};
