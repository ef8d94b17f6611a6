#include "tacit/host/service_browser.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <asio/error.hpp>
#include <asio/steady_timer.hpp>
#include <optional>

#include "tacit/host/system_bus.hpp"
#include "tacit/port/linux/address.hpp"

namespace tacit::host {
namespace {

constexpr const char* avahi = "org.freedesktop.Avahi";
constexpr const char* server = "org.freedesktop.Avahi.Server";
// Any sender's, because Avahi may be started by our first call.
constexpr const char* item_new = "type='signal',interface='org.freedesktop.Avahi.ServiceBrowser',member='ItemNew'";
constexpr int any_interface = -1, any_protocol = -1;

std::optional<linux_port::Ip> ip_of(const char* text) {
  in_addr ipv4{};
  if (inet_pton(AF_INET, text, &ipv4) == 1) return linux_port::ip_of(ipv4);
  in6_addr ipv6{};
  if (inet_pton(AF_INET6, text, &ipv6) == 1) return linux_port::ip_of(ipv6);
  return std::nullopt;
}

// What ResolveService answers.
std::optional<AnnouncedService> service_in(sd_bus_message* reply) {
  int interface = 0, protocol = 0, address_protocol = 0;
  const char *name = "", *type = "", *domain = "", *host = "", *address = "";
  std::uint16_t port = 0;
  if (sd_bus_message_read(reply, "iissssisq", &interface, &protocol, &name, &type, &domain, &host, &address_protocol,
                          &address, &port) < 0)
    return std::nullopt;
  const auto ip = ip_of(address);
  if (!ip || port == 0) return std::nullopt;
  const std::uint32_t scope = linux_port::is_link_local(*ip) ? static_cast<std::uint32_t>(interface) : 0;
  AnnouncedService service{name, type, host, {*ip, port, scope}, {}};
  if (sd_bus_message_enter_container(reply, 'a', "ay") < 0) return service;
  const void* text = nullptr;
  for (std::size_t size = 0; sd_bus_message_read_array(reply, 'y', &text, &size) > 0;)
    service.txt.emplace_back(static_cast<const char*>(text), size);
  return service;
}

// It lives in what it waits for.
class Browsing : public std::enable_shared_from_this<Browsing> {
 public:
  Browsing(const asio::any_io_executor& executor, BrowseOptions options, detail::BrowseCompletion done)
      : executor_(executor), options_(std::move(options)), done_(std::move(done)), enough_(executor) {}

  void start() {
    try {
      bus_.emplace(executor_, [this] { end(AvahiFault::no_bus); });
    } catch (const std::system_error&) { return end(AvahiFault::no_bus); }
    done_.on_cancel([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->end(asio::error::operation_aborted);
    });
    enough_.expires_after(options_.wait);
    enough_.async_wait([self = shared_from_this()](std::error_code error) {
      if (!error) self->end({});
    });
    if (bus_->subscribe(item_new, [this](sd_bus_message* message) { resolve(message); })) end(AvahiFault::no_bus);
    for (const std::string& type : options_.types) browse(type);
  }

 private:
  void browse(const std::string& type) {
    const auto fill = [&](sd_bus_message* message) {
      return sd_bus_message_append(message, "iissu", any_interface, any_protocol, type.c_str(), "", 0u);
    };
    call("ServiceBrowserNew", fill, [this](sd_bus_message* reply) {
      const sd_bus_error* error = sd_bus_message_get_error(reply);
      if (!error) return;
      const bool from_avahi = std::string_view(error->name).starts_with("org.freedesktop.Avahi.");
      end(from_avahi ? AvahiFault::refused : AvahiFault::not_running);
    });
  }

  void resolve(sd_bus_message* item) {
    int interface = 0, protocol = 0;
    const char *name = "", *type = "", *domain = "";
    if (resolving_ == services_max ||
        sd_bus_message_read(item, "iisss", &interface, &protocol, &name, &type, &domain) < 0)
      return;
    ++resolving_;
    const auto fill = [&](sd_bus_message* message) {
      return sd_bus_message_append(message, "iisssiu", interface, protocol, name, type, domain, any_protocol, 0u);
    };
    call("ResolveService", fill, [this](sd_bus_message* reply) {
      if (sd_bus_message_get_error(reply)) return;  // it went away, or was never there
      if (auto service = service_in(reply)) take(*std::move(service));
    });
  }

  void take(AnnouncedService fresh) {
    const auto is_same = [&](const AnnouncedService& known) {
      return known.name == fresh.name && known.type == fresh.type && known.at == fresh.at;
    };
    if (std::ranges::none_of(found_, is_same)) found_.push_back(std::move(fresh));
  }

  void call(const char* member, const SystemBus::Fill& fill, SystemBus::Handler then) {
    if (bus_ && bus_->call({avahi, "/", server, member}, fill, std::move(then))) end(AvahiFault::refused);
  }

  void end(std::error_code error) {
    if (!done_) return;
    enough_.cancel();
    bus_.reset();
    done_(error, std::move(found_));
  }

  asio::any_io_executor executor_;
  BrowseOptions options_;
  detail::BrowseCompletion done_;
  asio::steady_timer enough_;
  std::optional<SystemBus> bus_;
  std::size_t resolving_ = 0;
  std::vector<AnnouncedService> found_;
};

}  // namespace

void detail::start_browse(const asio::any_io_executor& executor, const BrowseOptions& options, BrowseCompletion done) {
  std::make_shared<Browsing>(executor, options, std::move(done))->start();
}

}  // namespace tacit::host
