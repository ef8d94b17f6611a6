// Goal: every datagram arrives whole, in order and once, whatever the kernel can cut and join; what it refuses has a
// name; and no packet costs an allocation. Method: two sockets on a loopback interface of their own.
#include "tacit/port/linux/udp_socket.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "tacit/port/linux/address.hpp"
#include "tests/net/namespaces.hpp"
#include "tests/support/allocations.hpp"

namespace {

// What is said to who wants a run cut, instead of what the kernel would say; and how often one wanted it.
struct SaidToRuns {
  int error = 0;
  std::size_t tries = 0;
} said_to_runs;

bool wants_a_run_cut(msghdr& header) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c))
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_SEGMENT) return true;
  return false;
}

}  // namespace

// The C library's, in this program.
extern "C" int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) {
  if (said_to_runs.error != 0 && count > 0 && wants_a_run_cut(messages[0].msg_hdr)) {
    ++said_to_runs.tries;
    errno = said_to_runs.error;
    return -1;
  }
  return static_cast<int>(syscall(SYS_sendmmsg, fd, messages, count, flags));
}

namespace tacit::net {

namespace {

using linux_port::Inbox;
using linux_port::Offload;
using linux_port::Refusal;
using linux_port::UdpOptions;
using linux_port::UdpSocket;

Endpoint endpoint(std::string_view text) {
  std::error_code error;
  const Endpoint result = linux_port::parse_endpoint(text, 1, error);
  if (error) throw std::system_error(error, std::string(text));
  return result;
}

class UdpSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_namespaces().empty()) GTEST_SKIP() << why_no_namespaces();
    host_.emplace();
  }

  UdpSocket open(const UdpOptions& options = {}) {
    return host_->inside([&] {
      std::error_code error;
      UdpSocket socket(options, error);
      if (error) throw std::system_error(error, "open");
      return socket;
    });
  }

  static Path to(const UdpSocket& socket) {
    Endpoint peer = endpoint("127.0.0.1");
    peer.port = socket.local().port;
    return {.peer = peer};
  }

  // Reads until so many have come, and a little longer, so that one too many is seen.
  static std::vector<std::string> read(UdpSocket& socket, std::size_t expected) {
    Inbox inbox;
    std::vector<std::string> texts;
    for (pollfd ready{socket.fd(), POLLIN, 0}; poll(&ready, 1, texts.size() < expected ? 2000 : 20) > 0;)
      for (const Datagram& datagram : socket.receive(inbox)) texts.emplace_back(text_of(datagram.bytes));
    return texts;
  }

  std::optional<Namespace> host_;
};

// An outbox with memory of its own.
struct Letters {
  std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(262'144);
  std::vector<Outbox::Run> runs = std::vector<Outbox::Run>(64);
  Outbox outbox{memory, runs};

  void add(const Path& path, std::string_view text) {
    const MutBytes room = outbox.add(path, text.size());
    ASSERT_FALSE(room.empty());
    copy(bytes_of(text), room);
  }
};

// Sizes as a busy publisher has them: runs of one size, ended by a shorter one; single ones; a large one.
std::vector<std::string> mixed_texts() {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 150; ++i) {
    const std::size_t size = i % 50 == 49 ? 10 : 100 + i / 50 * 300;
    texts.push_back(std::to_string(i) + std::string(size, 'x'));
  }
  texts.push_back(std::string(9000, 'y'));
  return texts;
}

struct Offloads {
  Offload sender, receiver;
};

class UdpOffloadTest : public UdpSocketTest, public testing::WithParamInterface<Offloads> {};

TEST_P(UdpOffloadTest, every_datagram_arrives_once_and_in_order) {
  UdpSocket sender = open({.offload = GetParam().sender}), receiver = open({.offload = GetParam().receiver});
  const auto texts = mixed_texts();
  Letters letters;
  for (const std::string& text : texts) letters.add(to(receiver), text);
  sender.send(letters.outbox.runs());
  EXPECT_EQ(read(receiver, texts.size()), texts);
  EXPECT_EQ(sender.counters().sent, texts.size());
  EXPECT_EQ(receiver.counters().received, texts.size());
}

INSTANTIATE_TEST_SUITE_P(Udp, UdpOffloadTest,
                         testing::Values(Offloads{Offload::on, Offload::on}, Offloads{Offload::on, Offload::off},
                                         Offloads{Offload::off, Offload::on}, Offloads{Offload::off, Offload::off}));

TEST_F(UdpSocketTest, a_run_costs_one_system_call_where_the_kernel_cuts_it) {
  UdpSocket sender = open(), receiver = open();
  Letters letters;
  for (int i = 0; i < 40; ++i) letters.add(to(receiver), std::string(1000, 'x'));
  ASSERT_EQ(letters.outbox.runs().size(), 1u);
  sender.send(letters.outbox.runs());
  Inbox one_read({.reads = 1});
  EXPECT_EQ(receiver.receive(one_read).size(), 40u);
}

TEST_F(UdpSocketTest, where_the_path_is_too_narrow_for_a_run_its_datagrams_leave_in_fragments) {
  host_->ip("link set lo mtu 1300");
  UdpSocket sender = open(), receiver = open();
  std::vector<std::string> texts;
  for (int i = 0; i < 10; ++i) texts.push_back(std::to_string(i) + std::string(1400, 'x'));
  for (int times = 0; times < 2; ++times) {
    Letters letters;
    for (const std::string& text : texts) letters.add(to(receiver), text);
    sender.send(letters.outbox.runs());
    EXPECT_EQ(read(receiver, texts.size()), texts);
  }
  EXPECT_EQ(sender.counters().sent, 2 * texts.size());
}

TEST_F(UdpSocketTest, after_a_run_that_was_too_wide_smaller_ones_still_leave_whole) {
  host_->ip("link set lo mtu 1300");
  UdpSocket sender = open(), receiver = open();
  Letters wide, narrow;
  for (int i = 0; i < 4; ++i) wide.add(to(receiver), std::string(1400, 'x'));
  for (int i = 0; i < 4; ++i) narrow.add(to(receiver), std::string(1000, 'x'));
  sender.send(wide.outbox.runs());
  EXPECT_EQ(read(receiver, 4).size(), 4u);
  sender.send(narrow.outbox.runs());
  Inbox one_read({.reads = 1});
  EXPECT_EQ(receiver.receive(one_read).size(), 4u);
}

// EIO is what kernels before 6.11 say where the network card computes no checksums.
TEST_F(UdpSocketTest, where_no_run_can_be_cut_its_datagrams_leave_one_by_one_and_no_other_is_tried) {
  UdpSocket sender = open(), receiver = open();
  std::vector<std::string> texts;
  for (int i = 0; i < 10; ++i) texts.push_back(std::to_string(i) + std::string(100, 'x'));
  said_to_runs = {EIO, 0};
  for (int times = 0; times < 2; ++times) {
    Letters letters;
    for (const std::string& text : texts) letters.add(to(receiver), text);
    sender.send(letters.outbox.runs());
    EXPECT_EQ(read(receiver, texts.size()), texts);
  }
  EXPECT_EQ(std::exchange(said_to_runs, {}).tries, 1u);
  EXPECT_EQ(sender.counters().sent, 2 * texts.size());
}

TEST_F(UdpSocketTest, what_is_larger_than_a_read_is_dropped_and_counted) {
  UdpSocket sender = open(), receiver = open({.offload = Offload::off});
  Letters letters;
  letters.add(to(receiver), std::string(2001, 'x'));
  letters.add(to(receiver), std::string(2000, 'y'));
  sender.send(letters.outbox.runs());
  Inbox small({.reads = 4, .read_size = 2000});
  const auto datagrams = receiver.receive(small);
  ASSERT_EQ(datagrams.size(), 1u);
  EXPECT_EQ(datagrams[0].bytes[0], 'y');
  EXPECT_EQ(receiver.counters().truncated, 1u);
}

TEST_F(UdpSocketTest, what_no_packet_can_hold_is_refused_as_too_large_and_disturbs_no_other) {
  UdpSocket sender = open(), receiver = open();
  std::vector<std::uint8_t> huge(65'508);
  std::array<std::uint8_t, 2> small{'o', 'k'};
  const std::array<Outbox::Run, 3> runs{
      {{to(receiver), small, 2, 1}, {to(receiver), huge, huge.size(), 1}, {to(receiver), small, 2, 1}}};
  sender.send(runs);
  EXPECT_EQ(read(receiver, 2), (std::vector<std::string>{"ok", "ok"}));
  EXPECT_EQ(sender.counters().unsent_for(Refusal::too_large), 1u);
}

TEST_F(UdpSocketTest, a_closed_port_disturbs_nobody) {
  UdpSocket sender = open(), receiver = open();
  Path closed = to(receiver);
  closed.peer.port = 9;
  for (int times = 0; times < 3; ++times) {
    Letters letters;
    letters.add(closed, "is anybody there");
    letters.add(to(receiver), "yes");
    sender.send(letters.outbox.runs());
  }
  EXPECT_EQ(read(receiver, 3).size(), 3u);
  Inbox inbox;
  EXPECT_TRUE(sender.receive(inbox).empty());
  EXPECT_FALSE(sender.broken());
}

TEST_F(UdpSocketTest, a_network_that_is_not_there_is_unreachable) {
  UdpSocket sender = open();
  Letters letters;
  letters.add({.peer = endpoint("192.0.2.7:8890")}, "lost");
  letters.add({.peer = endpoint("[2001:db8::7]:8890")}, "lost");
  for (int i = 0; i < 3; ++i) letters.add({.peer = endpoint("192.0.2.8:8890")}, "lost as a run");
  sender.send(letters.outbox.runs());
  EXPECT_EQ(sender.counters().unsent_for(Refusal::unreachable), 5u);
  EXPECT_FALSE(sender.broken());
}

TEST_F(UdpSocketTest, broadcast_is_forbidden_to_a_socket_that_did_not_ask) {
  Letters letters;
  letters.add({.peer = endpoint("127.255.255.255:8889")}, "hello");
  UdpSocket modest = open(), loud = open({.broadcast = true});
  modest.send(letters.outbox.runs());
  EXPECT_EQ(modest.counters().unsent_for(Refusal::forbidden), 1u);
  loud.send(letters.outbox.runs());
  EXPECT_EQ(loud.counters().sent, 1u);
}

TEST_F(UdpSocketTest, an_answer_leaves_from_where_the_question_went) {
  UdpSocket asker = open(), answerer = open();
  Letters question, answer;
  Path path = to(answerer);
  for (const char* address : {"127.0.0.3", "127.0.0.2"}) {
    path.peer.ip = endpoint(address).ip;
    question.add(path, address);
  }
  asker.send(question.outbox.runs());
  Inbox inbox;
  for (const Datagram& datagram : answerer.receive(inbox)) {
    EXPECT_EQ(datagram.path.local.ip, endpoint(text_of(datagram.bytes)).ip);
    answer.add(datagram.path, text_of(datagram.bytes));
  }
  answerer.send(answer.outbox.runs());
  const auto answers = asker.receive(inbox);
  EXPECT_EQ(answers.size(), 2u);
  for (const Datagram& datagram : answers) EXPECT_EQ(datagram.path.peer.ip, endpoint(text_of(datagram.bytes)).ip);
}

TEST_F(UdpSocketTest, from_an_address_that_is_no_longer_ours_it_leaves_from_another) {
  UdpSocket sender = open(), receiver = open();
  Path path = to(receiver);
  path.local = endpoint("192.0.2.7:8890");
  Letters letters;
  for (int i = 0; i < 3; ++i) letters.add(path, "still here");
  letters.add(path, "still here too");
  sender.send(letters.outbox.runs());
  EXPECT_EQ(read(receiver, 4).size(), 4u);
}

TEST_F(UdpSocketTest, a_full_receive_buffer_loses_and_says_how_often) {
  UdpSocket sender = open(), receiver = open({.offload = Offload::off, .receive_buffer = 4096});
  Letters letters;
  for (int i = 0; i < 60; ++i) letters.add(to(receiver), std::string(1000, 'x'));
  sender.send(letters.outbox.runs());
  const std::size_t arrived = read(receiver, 0).size();  // loopback delivers at once
  EXPECT_LT(arrived, 60u);
  EXPECT_EQ(arrived + receiver.dropped_by_kernel(), 60u);
  EXPECT_LT(receiver.receive_buffer(), sender.receive_buffer());
}

TEST_F(UdpSocketTest, a_socket_that_is_gone_says_so_in_both_directions) {
  UdpSocket sender = open(), receiver = open();
  Letters letters;
  letters.add(to(receiver), "lost");
  const linux_port::File null(::open("/dev/null", O_RDWR));
  for (UdpSocket* socket : {&sender, &receiver}) ASSERT_GE(dup2(null.fd(), socket->fd()), 0);
  sender.send(letters.outbox.runs());
  EXPECT_TRUE(sender.broken());
  EXPECT_EQ(sender.counters().unsent_for(Refusal::gone), 1u);
  Inbox inbox;
  EXPECT_TRUE(receiver.receive(inbox).empty());
  EXPECT_TRUE(receiver.broken());
}

TEST_F(UdpSocketTest, a_port_that_is_taken_is_refused) {
  const UdpSocket first = open();
  std::error_code error;
  const UdpSocket second = host_->inside([&] { return UdpSocket({.at = {{}, first.local().port, 0}}, error); });
  EXPECT_EQ(error, std::errc::address_in_use);
  EXPECT_FALSE(second.valid());
}

TEST_F(UdpSocketTest, no_packet_costs_an_allocation) {
  UdpSocket sender = open(), receiver = open();
  Letters letters;
  for (const std::string& text : mixed_texts()) letters.add(to(receiver), text);
  Inbox inbox;
  std::size_t received = 0;
  const std::size_t before = test::allocations();
  for (int times = 0; times < 10; ++times) {
    sender.send(letters.outbox.runs());
    for (auto datagrams = receiver.receive(inbox); !datagrams.empty(); datagrams = receiver.receive(inbox))
      received += datagrams.size();
  }
  EXPECT_EQ(test::allocations(), before);
  EXPECT_EQ(received, 10 * mixed_texts().size());
}

}  // namespace

}  // namespace tacit::net
