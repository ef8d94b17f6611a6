#include "tacit/host/avahi.hpp"

#include <systemd/sd-bus.h>

#include <string>

namespace tacit::host {
namespace {

constexpr std::uint64_t patience_us = 2'000'000;

class Category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "avahi"; }
  std::string message(int fault) const override {
    switch (static_cast<AvahiFault>(fault)) {
      case AvahiFault::no_bus: return "no D-Bus system bus runs here";
      case AvahiFault::not_running: return "avahi-daemon does not run";
      case AvahiFault::refused: return "avahi-daemon refused it";
    }
    return "unknown";
  }
};

}  // namespace

std::error_code make_error_code(AvahiFault fault) {
  static const Category category;
  return {static_cast<int>(fault), category};
}

std::error_code check_avahi() {
  sd_bus* bus = nullptr;
  if (sd_bus_open_system(&bus) < 0) return AvahiFault::no_bus;
  (void)sd_bus_set_method_call_timeout(bus, patience_us);
  const int result = sd_bus_call_method(bus, "org.freedesktop.Avahi", "/", "org.freedesktop.Avahi.Server",
                                        "GetVersionString", nullptr, nullptr, "");
  sd_bus_close_unref(bus);
  return result < 0 ? AvahiFault::not_running : std::error_code();
}

}  // namespace tacit::host
