// Goal: whatever strangers send to a server, and however much of it, those who have a key are served, what is refused
// is counted under its name, and nothing is left of it. Method: real sockets, thousands of addresses, two devices that
// connect in the middle of it, and each attack twice.
#include "tests/net/usmp_attack.hpp"

#include <list>

namespace tacit::net {
namespace {

using namespace usmp;
using namespace tacit::literals;
using test::Buffer;
using test::UsmpDevice;

constexpr std::size_t many = 10'000, at_once = 16;

// A stranger's HELLO, in the name of one of many devices. All have the same public key: whoever floods does not
// compute.
class Names {
 public:
  explicit Names(Wire wire = Wire::v2) : device_(9, "a key that the server has not", wire) {}
  const UsmpDevice& device(std::size_t n) {
    for (std::size_t i = 0; i < 4; ++i) device_.id[2 + i] = static_cast<std::uint8_t>(n >> (8 * i));
    return device_;
  }

 private:
  UsmpDevice device_;
};

// HELLOs over UDP, some at a time, each from another address.
class Hellos : public Attack {
 public:
  explicit Hellos(std::unique_ptr<Strangers> strangers, Wire wire = Wire::v2)
      : strangers_(std::move(strangers)), names_(wire) {}

  void step() override {
    strangers_->hear([&](std::size_t who, const Buffer& datagram) { hear(who, datagram); });
    for (std::size_t i = 0; i < at_once; ++i, ++count_) say(count_ % 0xFFFF, names_.device(count_ % 0xFFFF));
  }
  bool enough() const override { return count_ >= many; }

 protected:
  virtual void say(std::size_t who, const UsmpDevice& name) { strangers_->say(who, name.hello()); }
  virtual void hear(std::size_t, const Buffer&) {}

  std::unique_ptr<Strangers> strangers_;
  Names names_;
  std::size_t count_ = 0;
};

TEST_F(UsmpAttackTest, hellos_without_a_cookie_from_ten_thousand_addresses_leave_nothing_behind) {
  struct Counting : Hellos {
    Counting(std::unique_ptr<Strangers> all, UsmpEcho& at) : Hellos(std::move(all)), server(at) {}
    ~Counting() override {
      EXPECT_LT(strangers_->heard, strangers_->said);  // no stranger is made to hear more than was said in his name
      EXPECT_LE(most_handshakes, 2u);                  // those of the two who are served
    }
    void step() override {
      most_handshakes = std::max(most_handshakes, server.hub.handshakes());
      Hellos::step();
    }
    UsmpEcho& server;
    std::size_t most_handshakes = 0;
  };
  withstand([&] { return std::make_unique<Counting>(strangers(), *server_); });
}

TEST_F(UsmpAttackTest, ten_thousand_half_open_handshakes_keep_nobody_out) {
  struct HalfOpen : Hellos {
    using Hellos::Hellos;
    void hear(std::size_t who, const Buffer& datagram) override {
      const auto type = type_of(datagram);
      challenged += type == FrameType::challenge;
      if (type == FrameType::hello_retry) strangers_->say(who, names_.device(who).hello(cookie_in(datagram)));
    }
    bool enough() const override { return challenged >= many; }
    std::size_t challenged = 0;
  };
  withstand([&] { return std::make_unique<HalfOpen>(strangers()); });
  EXPECT_GE(refused(Reason::handshakes_full), 2 * (many - UsmpEcho::sizes.handshakes));
}

TEST_F(UsmpAttackTest, forged_and_borrowed_cookies_begin_no_handshake) {
  struct Forged : Hellos {
    using Hellos::Hellos;
    void say(std::size_t who, const UsmpDevice& name) override {
      Cookie cookie;
      cookie.fill(static_cast<std::uint8_t>(who));
      strangers_->say(who, name.hello(cookie));
    }
  };
  struct Borrowed : Hellos {  // right ones, but of a neighbour's address, or of another name
    using Hellos::Hellos;
    void hear(std::size_t who, const Buffer& datagram) override {
      challenged += type_of(datagram) == FrameType::challenge;
      if (type_of(datagram) != FrameType::hello_retry) return;
      if (who % 2 == 0) strangers_->say(who + 1, names_.device(who).hello(cookie_in(datagram)));
      else strangers_->say(who, names_.device(who + 1).hello(cookie_in(datagram)));
    }
    ~Borrowed() override { EXPECT_EQ(challenged, 0u); }
    std::size_t challenged = 0;
  };
  withstand([&] { return std::make_unique<Forged>(strangers()); });
  EXPECT_GE(refused(Reason::bad_cookie), 2 * many);
  const std::uint32_t before = refused(Reason::bad_cookie);
  withstand([&] { return std::make_unique<Borrowed>(strangers()); });
  EXPECT_GT(refused(Reason::bad_cookie) - before, many);
}

TEST_F(UsmpAttackTest, hellos_of_version_1_displace_each_other_and_nobody_else) {
  serve({.wire1 = true, .first_frame_within = {500'000}, .handshake_within = {2'000'000}});
  struct Amplified : Hellos {
    explicit Amplified(std::unique_ptr<Strangers> all) : Hellos(std::move(all), Wire::v1) {}
    ~Amplified() override { EXPECT_LT(strangers_->heard, 4 * strangers_->said); }  // 159 bytes for 50
  };
  withstand([&] { return std::make_unique<Amplified>(strangers()); });
  EXPECT_GT(refused(Reason::handshakes_full), many);
}

TEST_F(UsmpAttackTest, datagrams_of_any_size_and_kind_are_refused_by_name) {
  struct Mangled : Hellos {
    using Hellos::Hellos;
    void say(std::size_t who, const UsmpDevice& name) override {
      const std::array<std::size_t, 8> sizes{1, 11, 12, 300, 493, 1400, 9000, 60'000};
      Buffer bytes(sizes[who % sizes.size()], static_cast<std::uint8_t>(who));
      if (who % 3 == 0) {
        const Buffer hello = name.hello();  // what is behind it is too much
        std::copy_n(hello.begin(), std::min(hello.size(), bytes.size()), bytes.begin());
      }
      if (who % 97 == 0) strangers_->say(who, name.hello());
      else strangers_->say(who, std::move(bytes));
    }
  };
  withstand([&] { return std::make_unique<Mangled>(strangers()); });
  EXPECT_GT(refused(Reason::truncated), 0u);
  EXPECT_GT(refused(Reason::bad_magic), 0u);
  EXPECT_GT(refused(Reason::bad_length), 0u);
}

// Connections, as many as there may be, of so many addresses. Those that were ended are made again.
class Connections : public Attack {
 public:
  using Connect = std::function<Caller(std::size_t who)>;
  Connections(Connect connect, std::size_t how_many) : connect_(std::move(connect)) {
    for (std::size_t who = 0; who < how_many; ++who) callers_.push_back({who, connect_(who)});
  }

  void step() override {
    for (One& one : callers_) {
      one.caller.turn();
      if (!one.caller.ended && !one.caller.broken) speak(one);
      else if (++ended_ < ended_max) one = {one.who, connect_(one.who)};
    }
  }
  bool enough() const override { return ended_ >= 2 * callers_.size(); }

 protected:
  struct One {
    std::size_t who;
    Caller caller;
    std::size_t said = 0;
  };
  virtual void speak(One&) {}

 private:
  static constexpr std::size_t ended_max = 4000;
  Connect connect_;
  std::list<One> callers_;
  std::size_t ended_ = 0;
};

TEST_F(UsmpAttackTest, ten_idle_connections_from_two_addresses_stop_nothing) {
  withstand([&] {
    return std::make_unique<Connections>([&](std::size_t who) { return caller(stranger_address(who % 2)); }, 10);
  });
  EXPECT_GE(refused(Reason::handshake_timeout), 20u);
}

TEST_F(UsmpAttackTest, silent_connections_from_two_hundred_addresses_keep_nobody_out) {
  withstand([&] {
    return std::make_unique<Connections>([&](std::size_t who) { return caller(stranger_address(who)); }, 200);
  });
  EXPECT_GT(refused(Reason::handshakes_full), 200u);
}

TEST_F(UsmpAttackTest, one_address_has_no_more_connections_than_it_may) {
  withstand(
      [&] { return std::make_unique<Connections>([&](std::size_t) { return caller(stranger_address(1)); }, 100); });
  EXPECT_GT(refused(Reason::address_full), 100u);
}

TEST_F(UsmpAttackTest, who_speaks_a_byte_at_a_time_is_ended_in_time) {
  struct Slow : Connections {
    using Connections::Connections;
    void speak(One& one) override {
      const Buffer hello = names_.device(one.who).hello();
      const std::size_t due = static_cast<std::size_t>((linux_port::now().tick - start_).us / 25'000);
      if (one.said < std::min(due, hello.size() - 1))
        one.caller.say({reinterpret_cast<const char*>(&hello[one.said++]), 1});
    }
    Names names_;
    Instant start_ = linux_port::now().tick;
  };
  withstand([&] { return std::make_unique<Slow>([&](std::size_t who) { return caller(stranger_address(who)); }, 40); });
  EXPECT_GE(refused(Reason::handshake_timeout), 80u);
}

TEST_F(UsmpAttackTest, a_frame_that_is_too_large_ends_its_connection_before_it_has_come) {
  struct Large : Connections {
    using Connections::Connections;
    void speak(One& one) override {
      if (one.said++ > 0) return;
      Buffer frame(header_size);
      encode_header({.type = FrameType::hello}, frame);
      const std::size_t size = payload_size_max + 1 + 137 * one.who;
      frame[8] = static_cast<std::uint8_t>(size);
      frame[9] = static_cast<std::uint8_t>(size >> 8);
      one.caller.say({reinterpret_cast<const char*>(frame.data()), frame.size()});
    }
  };
  withstand(
      [&] { return std::make_unique<Large>([&](std::size_t who) { return caller(stranger_address(who)); }, 40); });
  EXPECT_GE(refused(Reason::too_large), 80u);
}

// A device that has its key, says all it can, and does not read what comes back.
class Deaf : public Attack {
 public:
  Deaf(Caller caller, const DeviceId& id, std::string_view key) : caller_(std::move(caller)), device_(7, key) {
    device_.id = id;
    say(device_.hello());
  }

  void step() override {
    if (!device_.keys) return shake_hands();
    while (caller_.to_say.size() < 64 * 1024) say(device_.data(std::string(400, 'x')));
    const std::size_t before = caller_.to_say.size();
    caller_.write();
    stuck_ = caller_.to_say.size() == before ? stuck_ + 1 : 0;
  }
  bool enough() const override { return stuck_ > 100; }

 private:
  void say(const Buffer& frame) { caller_.to_say.append(frame.begin(), frame.end()); }
  void shake_hands() {
    caller_.turn();
    const Buffer heard(caller_.heard.begin(), caller_.heard.end());
    const bool challenged = type_of(heard) == FrameType::challenge && heard.size() == frame_size_of<Challenge>;
    const bool accepted = type_of(heard) == FrameType::session_ok && heard.size() == frame_size_of<SessionOk>;
    if (challenged) say(device_.hello_ack(heard));
    if (accepted && !device_.take_session_ok(heard)) ADD_FAILURE() << "the server has not proven the key";
    if (challenged || accepted) caller_.heard.clear();
  }

  Caller caller_;
  UsmpDevice device_;
  std::size_t stuck_ = 0;
};

TEST_F(UsmpAttackTest, a_device_that_does_not_read_costs_itself_and_nobody_else) {
  withstand([&] {
    return std::make_unique<Deaf>(caller(stranger_address(1), {.receive = 4096, .send = 4096}), lamp, lamp_key);
  });
  EXPECT_LT(server_->unanswered, server_->messages);
}

}  // namespace
}  // namespace tacit::net
