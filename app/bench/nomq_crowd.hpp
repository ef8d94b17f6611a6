#pragma once
#include <unordered_map>

#include "app/bench/nomq_others.hpp"
#include "tacit/host/nomq_memory.hpp"
#include "tacit/nomq/node.hpp"
#include "tacit/port/linux/lan_driver.hpp"

namespace tacit::app::bench {

// What is said to or by a node among many: messages, 64 at a time, from or to each of the others in turn.
struct NomqTalk {
  std::size_t others, channels;  // that take turns
  std::size_t messages;
  Bytes message;
};

// A node with its sockets on loopback, and very many others behind one socket. Datagrams are handed to the node 64 at a
// time, as a port gives them, so what it costs is known by itself; or they go through the sockets.
class NomqCrowd {
 public:
  // Room for so many others, and as many channels. Throws std::system_error where there are no sockets, NotReached
  // where the wall clock was never set.
  explicit NomqCrowd(std::size_t many);
  NomqCrowd(const NomqCrowd&) = delete;
  NomqCrowd& operator=(const NomqCrowd&) = delete;

  // Each once, in this order, before anything is said: the others are introduced in the past, where there is time.
  void introduce(std::size_t others);  // each listens to a channel of its own, and its address is proven
  void listen(std::size_t channels);   // the node, to the first of them

  // All of them give the CPU time in seconds: that of the node; or, through sockets, with the kernel's part of them.
  // The node and the others take turns, so nobody is woken.
  double receive(const NomqTalk&);  // with QoS 0
  double receive_through_sockets(const NomqTalk&);
  double publish(const NomqTalk&);  // with QoS 1, to each one's own channel
  double publish_through_sockets(const NomqTalk&);

  std::uint64_t messages() const { return messages_; }    // that the node told its owner, unchanged
  std::uint64_t wrong() const { return wrong_; }          // … or changed
  std::uint64_t delivered() const { return delivered_; }  // of those that it published

 private:
  struct Sent {  // all that is looked at of what the node says
    Path path;
    std::array<std::uint8_t, wire::size_of<nomq::Header>> header;
  };
  // Kit's port: what the node sends stays here until it is given something again.
  struct Port {
    Outbox& outbox();
    void send(const Outbox&);
    void deliver(const nomq::Event&);
    NomqCrowd& crowd;
  };

  double hand_over(std::span<Datagram>, const Now&);
  void pass_time(Now&);
  template <class DealWith> void each_batch(const NomqTalk&, DealWith);
  double turn_until(linux_port::LanDriver<nomq::Node>&, const std::uint64_t& count, std::uint64_t wanted,
                    Duration at_most);
  std::size_t publish_batch(const NomqTalk&, std::size_t first, const Now&);
  void acknowledge(Bytes packet);

  crypto::HostRandom random_;
  const NomqGroup group_{random_};
  crypto::CbcHmac cipher_{group_.encryption, group_.mac};
  host::NomqMemory memory_;
  nomq::Node node_;
  linux_port::LanSockets sockets_;
  CrowdSocket others_socket_;
  NomqOthers others_;
  std::vector<std::string> names_;  // of the channels
  std::vector<nomq::ChannelId> ids_;
  std::unordered_map<std::uint32_t, std::size_t> numbers_;  // by the marks of their ids

  Bytes expected_;
  std::uint64_t messages_ = 0, wrong_ = 0, delivered_ = 0;
  std::vector<Sent> sent_;
  std::vector<std::uint8_t> outbox_memory_;
  std::vector<Outbox::Run> runs_;
  Outbox outbox_;
  Port port_{*this};
};

}  // namespace tacit::app::bench
