#include "tacit/host/service_announcement.hpp"

#include <asio/steady_timer.hpp>
#include <chrono>
#include <optional>

#include "tacit/host/system_bus.hpp"

namespace tacit::host {
namespace {

constexpr const char* avahi = "org.freedesktop.Avahi";
constexpr const char* server = "org.freedesktop.Avahi.Server";
constexpr const char* entry_group = "org.freedesktop.Avahi.EntryGroup";
constexpr const char* avahi_came_or_went =
    "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.freedesktop.Avahi'";
constexpr const char* server_changed =
    "type='signal',sender='org.freedesktop.Avahi',interface='org.freedesktop.Avahi.Server',member='StateChanged'";
constexpr const char* group_changed =
    "type='signal',sender='org.freedesktop.Avahi',interface='org.freedesktop.Avahi.EntryGroup',member='StateChanged'";
constexpr std::chrono::seconds until_next_try{10};  // to reach a bus that is not there

// Avahi's numbers (avahi-common/defs.h).
constexpr int any_interface = -1, any_protocol = -1;
constexpr int server_running = 2;
constexpr int group_established = 2, group_collision = 3, group_failure = 4;

int nothing(sd_bus_message*) { return 0; }

std::string wires_text(usmp::Wires wires) {
  return wires == usmp::Wires::both ? "wires=1,2" : wires == usmp::Wires::v1 ? "wires=1" : "wires=2";
}

}  // namespace

//   no bus -> [connect] -> EntryGroupNew -> AddService... -> Commit -> group_established
//     ^ every ten seconds      ^ when Avahi comes, or has a new host name       | group_collision: another name
struct ServiceAnnouncement::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& on, Server what, Observer who)
      : executor(on), announced(std::move(what)), observer(std::move(who)), retry(on) {
    status.name = announced.name;
  }

  void connect() {
    try {
      bus.emplace(executor, [this] { try_later(); });
    } catch (const std::system_error&) { return try_later(); }
    std::error_code error = bus->subscribe(avahi_came_or_went, [this](sd_bus_message* message) {
      const char *name = "", *before = "", *now = "";
      if (sd_bus_message_read(message, "sss", &name, &before, &now) < 0) return;
      group.clear();
      if (*now == '\0') return tell(AvahiFault::not_running);
      make_group();
    });
    if (!error)
      error = bus->subscribe(server_changed, [this](sd_bus_message* message) {
        if (state_in(message) == server_running) make_group();
      });
    if (!error) error = bus->subscribe(group_changed, [this](sd_bus_message* message) { on_group(message); });
    if (!error) make_group();
  }

  void try_later() {
    tell(AvahiFault::no_bus);
    retry.expires_after(until_next_try);
    retry.async_wait([self = shared_from_this()](std::error_code error) {
      if (error || self->closed) return;
      self->bus.reset();
      self->connect();
    });
  }

  // What an earlier group said is taken back; one that is still being made is outdated when it comes.
  void make_group() {
    free(std::exchange(group, {}));
    call(server, "EntryGroupNew", nothing, [this, newest = ++groups_asked_for](sd_bus_message* reply) {
      const char* path = nullptr;
      if (sd_bus_message_read(reply, "o", &path) < 0) return tell(AvahiFault::refused);
      if (newest != groups_asked_for) return free(path);
      group = path;
      if (announced.tcp_port != 0) add_service("_usmp._tcp", announced.tcp_port);
      if (announced.udp_port != 0) add_service("_usmp._udp", announced.udp_port);
      call(entry_group, "Commit", nothing, [](sd_bus_message*) {});
    });
  }

  void free(const std::string& path) {
    if (path.empty()) return;
    (void)bus->call({avahi, path.c_str(), entry_group, "Free"}, nothing, [](sd_bus_message*) {});
  }

  void add_service(const char* type, std::uint16_t port) {
    const auto fill = [&](sd_bus_message* message) {
      const std::string txt = wires_text(announced.wires);
      int result = sd_bus_message_append(message, "iiussssq", any_interface, any_protocol, 0u, status.name.c_str(),
                                         type, "", "", port);
      if (result >= 0) result = sd_bus_message_open_container(message, 'a', "ay");
      if (result >= 0) result = sd_bus_message_append_array(message, 'y', txt.data(), txt.size());
      return result < 0 ? result : sd_bus_message_close_container(message);
    };
    call(entry_group, "AddService", fill, [](sd_bus_message*) {});
  }

  void on_group(sd_bus_message* message) {
    const char* path = sd_bus_message_get_path(message);
    if (!path || path != group) return;
    const int state = state_in(message);
    if (state == group_established) tell({});
    if (state == group_collision) take_another_name();
    if (state == group_failure) tell(AvahiFault::refused);
  }

  // Whatever else is said about the group does not matter any more.
  void take_another_name() {
    free(std::exchange(group, {}));
    const auto fill = [&](sd_bus_message* message) { return sd_bus_message_append(message, "s", status.name.c_str()); };
    call(server, "GetAlternativeServiceName", fill, [this](sd_bus_message* reply) {
      const char* name = nullptr;
      if (sd_bus_message_read(reply, "s", &name) < 0) return tell(AvahiFault::refused);
      status.name = name;
      make_group();
    });
  }

  void call(const char* interface, const char* member, const SystemBus::Fill& fill, SystemBus::Handler then) {
    const std::string path = interface == server ? "/" : group;
    const auto reply = [this, path, next = std::move(then)](sd_bus_message* message) {
      if (path != "/" && path != group) return;  // about a group that is of the past
      const sd_bus_error* error = sd_bus_message_get_error(message);
      if (!error) return next(message);
      if (sd_bus_error_has_name(error, "org.freedesktop.Avahi.CollisionError")) return take_another_name();
      const bool from_avahi = std::string_view(error->name).starts_with("org.freedesktop.Avahi.");
      tell(from_avahi ? AvahiFault::refused : AvahiFault::not_running);
    };
    if (bus->call({avahi, path.c_str(), interface, member}, fill, reply)) tell(AvahiFault::refused);
  }

  static int state_in(sd_bus_message* message) {
    int state = -1;
    const char* error = "";
    (void)sd_bus_message_read(message, "is", &state, &error);
    return state;
  }

  void tell(std::error_code why) {
    const bool changed = status.announced == !!why || status.why != why;
    status.announced = !why;
    status.why = why;
    if (changed && !closed) observer(status);
  }

  asio::any_io_executor executor;
  Server announced;
  Observer observer;
  asio::steady_timer retry;
  std::optional<SystemBus> bus;
  std::string group;  // its path on the bus
  unsigned groups_asked_for = 0;
  Status status;
  bool closed = false;
};

ServiceAnnouncement::ServiceAnnouncement(const asio::any_io_executor& executor, Server what, Observer observer)
    : state_(std::make_shared<State>(executor, std::move(what), std::move(observer))) {
  state_->connect();
}

// Avahi takes back what it announced for who leaves its bus.
ServiceAnnouncement::~ServiceAnnouncement() {
  state_->closed = true;
  state_->retry.cancel();
  state_->bus.reset();
}

const ServiceAnnouncement::Status& ServiceAnnouncement::status() const { return state_->status; }

}  // namespace tacit::host
