#pragma once
#include <list>
#include <string>

#include "tacit/crypto/crypto.hpp"
#include "tacit/kit/backoff.hpp"
#include "tacit/port/linux/group.hpp"
#include "tacit/port/linux/poller.hpp"
#include "tacit/port/linux/udp_socket.hpp"

namespace tacit::linux_port {

struct LanConfig {
  struct Ports {
    std::uint16_t first = 0, last = 0;  // both 0: the kernel chooses
  };
  Group group;
  Ports own;                              // one's own port is the first free one of these
  std::vector<std::string> interfaces{};  // by name; none: see choose_interfaces()
  bool hear_unrequested_unicast = false;  // listen for unicast to the group's port too, if no other program does
  bool beside_a_server = false;           // of this user, whose sockets have the group's port and are open for sharing
  Offload offload = Offload::on;
};

// All sockets of one node on a LAN, as one port. Several such nodes live on one host, and each hears every packet to
// the group once, its own included, and its own unicast alone:
//
//   own          any address, one's own port, bound exclusively: everything leaves from it, unicast reaches it
//   group        each address of heard_at(), the group's port, shared with the other programs
//   unrequested  each IPv4 address of the interfaces, the group's port, bound exclusively: one program a host has it
//
// Interfaces come and go, and so do the group's sockets; a socket that broke is opened again, ever more slowly while
// that fails. Meanwhile what is sent is lost and counted, as if the network had lost it.
//
// Turn by turn: look(), receive() until empty, maintain(), set_alarm(). LanDriver does it.
class LanSockets {
 public:
  // Throws std::system_error where the own socket cannot be opened; `random` has to outlive this.
  LanSockets(LanConfig, crypto::Random& random);
  LanSockets(const LanSockets&) = delete;
  LanSockets& operator=(const LanSockets&) = delete;

  int fd() const { return poller_.fd(); }  // the same for life; readable when a turn is due
  bool wait(Duration at_most) { return poller_.wait(at_most); }

  // One's own socket is read before the group's: who acknowledges and then says goodbye to the group must not be taken
  // to have left without.
  void look() { poller_.look(&own_); }
  std::span<Datagram> receive();                   // one batch of one socket; empty when all that look() found was read
  void maintain(Now);                              // opens and closes what has to be
  void set_alarm(std::optional<Instant> machine);  // when fd() is readable at the latest

  // False: what arrives stays in the kernel, whose buffers are as large as they are, and fd() does not become readable
  // for it. For an owner that has no room for more; time goes on.
  void listen(bool whether);

  Outbox& outbox();  // cleared
  void send(const Outbox&);

  std::uint16_t own_port() const { return own_.socket.local().port; }
  std::span<const Interface> interfaces() const { return interfaces_; }

  // Addresses that packets to us may go to, and that we could not listen at; tried again from time to time.
  struct Deafness {
    Endpoint at;
    bool to_unicast;  // that nobody asked for; otherwise to the group
    std::error_code why;
  };
  std::span<const Deafness> deaf_at() const { return deaf_at_; }
  bool hears_unrequested_unicast() const;  // at every address; false as well where nobody asked to

  UdpCounters counters() const;             // of all sockets, closed ones too; each copy of a group's packet counts
  std::uint64_t dropped_by_kernel() const;  // of those open now: their buffers were full
  int receive_buffer() const { return own_.socket.receive_buffer(); }

 private:
  enum class Role : std::uint8_t { own, group, unrequested };
  struct Place {
    Role role;
    Endpoint at;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct Member {
    Place place;
    UdpSocket socket;
  };

  std::error_code open(Member&, const UdpOptions&);
  std::error_code open_own();
  void close(Member&);
  void maintain_own(Instant);
  void maintain_others(Instant);
  bool lost_something();
  void refresh(Instant);
  void choose(std::vector<Interface>);
  std::vector<Place> places() const;
  void close_all_but(std::span<const Place>);
  void open_missing(std::span<const Place>);
  void pass(std::span<const Outbox::Run>);

  LanConfig config_;
  crypto::Random& random_;
  Poller poller_;
  InterfaceWatch watch_;
  std::vector<Interface> interfaces_;  // the chosen ones
  std::vector<std::uint32_t> links_;   // their indexes
  std::vector<Path> group_paths_;
  Member own_{{Role::own, {}}, {}};
  std::list<Member> others_;  // a list, because the poller knows their addresses
  std::vector<Deafness> deaf_at_;
  UdpCounters closed_;

  Backoff own_backoff_, others_backoff_;
  Instant reopen_at_{}, refresh_at_{};
  bool listening_ = true;
  bool told_of_change_ = false;  // by the kernel, about interfaces
  bool in_trouble_ = false;      // since the last refresh
  std::uint64_t unreachable_seen_ = 0;

  std::vector<std::uint8_t> outbox_memory_;
  std::vector<Outbox::Run> runs_;
  Outbox outbox_;
  Inbox inbox_;
};

}  // namespace tacit::linux_port
