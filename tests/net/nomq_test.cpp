// Goal: host::Nomq keeps to Asio's conventions and to its own promises: every operation ends once and says how, nothing
// that was acknowledged is lost. Method: programs on one host, over its loopback interface, in a network namespace.
#include "tacit/host/nomq.hpp"

#include <gtest/gtest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>

#include "tests/net/program.hpp"

namespace tacit::net {

namespace {

using nomq::Qos;
constexpr Duration moment{300'000};

class NomqTest : public ProgramsTest {
 protected:
  void SetUp() override {
    ProgramsTest::SetUp();
    if (!IsSkipped()) host_.emplace();
  }

  Program& start(const Nomq::Options& options = modest(), const host::Key& key = group_key()) {
    return ProgramsTest::start(*host_, options, key);
  }
  // Somebody who listens to "a", and somebody who knows it.
  Program& listener(const Nomq::Options& options = modest()) {
    Program& program = start(options);
    program.subscribe("a");
    return program;
  }
  Program& sender() {
    Program& program = start();
    EXPECT_TRUE(until([&] { return program.listeners("a") == programs_.size() - 1; }));
    return program;
  }

  static Nomq::Options careful() {
    Nomq::Options options = modest();
    options.config.manual_acknowledgement = true;
    return options;
  }

  std::optional<Namespace> host_;
};

// --- how a publish ends

TEST_F(NomqTest, qos0_ends_when_it_has_left_and_counts_nobody) {
  Program& listening = listener();
  listening.listen();
  Program& sending = sender();
  sending.publish("a", "hello", Qos::at_most_once);
  ASSERT_TRUE(until([&] { return !sending.ends.empty() && listening.count("hello") == 1; }));
  EXPECT_FALSE(sending.ends[0].error);
  EXPECT_EQ(sending.ends[0].outcome.delivered, 0);
  EXPECT_TRUE(sending.ends[0].outcome.by.empty());
}

TEST_F(NomqTest, an_outcome_says_who_has_the_message) {
  Program& one = listener();
  Program& two = listener();
  for (Program* program : {&one, &two}) program->listen();
  Program& sending = sender();
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) {
    sending.ends.clear();
    sending.publish("a", "hello", qos);
    ASSERT_TRUE(until([&] { return !sending.ends.empty(); }));
    std::vector<nomq::SessionId> by = sending.ends[0].outcome.by;
    std::vector<nomq::SessionId> both{one.node().session(), two.node().session()};
    for (auto* sessions : {&by, &both}) std::ranges::sort(*sessions);
    EXPECT_EQ(by, both);
  }
}

TEST_F(NomqTest, where_nobody_listens_the_outcome_is_no_subscriber) {
  Program& alone = start();
  alone.publish("a", "hello", Qos::at_least_once);
  ASSERT_TRUE(until([&] { return !alone.ends.empty(); }));
  EXPECT_FALSE(alone.ends[0].error);
  EXPECT_EQ(alone.ends[0].outcome.reason, Reason::no_subscriber);
}

TEST_F(NomqTest, what_is_never_accepted_ends_with_the_name_of_the_reason) {
  Program& program = start();
  const std::string large(nomq::message_max + 1, 'x');
  const std::vector<std::pair<Nomq::Publication, Reason>> wrong{
      {{.channel = "", .message = bytes_of("hello")}, Reason::invalid_argument},
      {{.channel = "a", .message = bytes_of(large)}, Reason::too_large},
      {{.channel = "a", .message = {}}, Reason::empty_message},
      {{.channel = "a", .message = bytes_of("hello"), .qos = Qos::undefined}, Reason::bad_qos}};
  for (const auto& [what, reason] : wrong) {
    program.ends.clear();
    program.publish(what);
    EXPECT_TRUE(program.ends.empty()) << "a handler is never called from inside the function that started it";
    ASSERT_TRUE(until([&] { return !program.ends.empty(); }));
    EXPECT_EQ(program.ends[0].error, reason) << program.ends[0].error.message();
  }
}

TEST_F(NomqTest, a_subscription_that_is_refused_says_why_and_leaves_nothing) {
  Program& program = start();
  program.with([](Nomq& node) {
    EXPECT_EQ(node.subscribe("").error(), Reason::invalid_argument);
    EXPECT_EQ(node.unsubscribe("a").error(), Reason::unknown_channel);
    EXPECT_FALSE(node.subscribed(""));
  });
}

// --- cancellation

TEST_F(NomqTest, a_cancelled_publish_ends_once_and_is_not_called_back) {
  Program& listening = listener(careful());
  listening.listen();
  Program& sending = sender();
  asio::cancellation_signal cancel;
  std::vector<std::error_code> ends;
  sending.with([&](Nomq& node) {
    node.async_publish({.channel = "a", .message = bytes_of("hello"), .qos = Qos::at_least_once},
                       asio::bind_cancellation_slot(
                           cancel.slot(), [&](std::error_code error, const Nomq::Outcome&) { ends.push_back(error); }));
  });
  ASSERT_TRUE(until([&] { return listening.count("hello") == 1; }));
  EXPECT_TRUE(ends.empty());
  cancel.emit(asio::cancellation_type::terminal);
  ASSERT_TRUE(until([&] { return !ends.empty(); }));
  listening.with([&](Nomq& node) { EXPECT_TRUE(node.accept(listening.heard[0].token)); });
  let_pass(moment);
  EXPECT_EQ(ends, std::vector<std::error_code>{asio::error::operation_aborted});
}

TEST_F(NomqTest, a_cancelled_receive_takes_no_message_with_it) {
  Program& listening = listener();
  Program& sending = sender();
  asio::cancellation_signal cancel;
  std::vector<std::error_code> ends;
  listening.with([&](Nomq& node) {
    node.async_receive(asio::bind_cancellation_slot(
        cancel.slot(), [&](std::error_code error, const Nomq::Message&) { ends.push_back(error); }));
  });
  cancel.emit(asio::cancellation_type::terminal);
  sending.publish("a", "hello", Qos::at_least_once);
  ASSERT_TRUE(until([&] { return !sending.ends.empty(); }));
  listening.listen();
  EXPECT_TRUE(until([&] { return listening.count("hello") == 1; }));
  EXPECT_EQ(ends, std::vector<std::error_code>{asio::error::operation_aborted});
}

TEST_F(NomqTest, a_signal_that_comes_too_late_does_nothing) {
  Program& listening = listener();
  listening.listen();
  Program& sending = sender();
  asio::cancellation_signal cancel;
  std::vector<std::error_code> ends;
  sending.with([&](Nomq& node) {
    node.async_publish({.channel = "a", .message = bytes_of("hello"), .qos = Qos::exactly_once},
                       asio::bind_cancellation_slot(
                           cancel.slot(), [&](std::error_code error, const Nomq::Outcome&) { ends.push_back(error); }));
  });
  ASSERT_TRUE(until([&] { return !ends.empty(); }));
  cancel.emit(asio::cancellation_type::terminal);
  let_pass(moment);
  EXPECT_EQ(ends, std::vector<std::error_code>{std::error_code{}});
}

// --- the end

TEST_F(NomqTest, after_close_nothing_waits_any_more) {
  Program& listening = listener(careful());
  listening.listen();
  Program& sending = sender();
  std::vector<std::error_code> ends;
  const auto start_each = [&] {
    sending.with([&](Nomq& node) {
      node.async_receive([&](std::error_code error, const Nomq::Message&) { ends.push_back(error); });
      node.async_publish({.channel = "a", .message = bytes_of("hello"), .qos = Qos::at_least_once},
                         [&](std::error_code error, const Nomq::Outcome&) { ends.push_back(error); });
      Endpoint nobody;
      nobody.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 9};
      nobody.port = 9;
      node.async_ping(nobody, [&](std::error_code error, const Nomq::Pong&) { ends.push_back(error); });
    });
  };
  start_each();
  let_pass(moment);
  EXPECT_TRUE(ends.empty());
  sending.with([](Nomq& node) { node.close(); });
  EXPECT_TRUE(ends.empty());
  ASSERT_TRUE(until([&] { return ends.size() == 3; }));
  start_each();  // closed as it is
  ASSERT_TRUE(until([&] { return ends.size() == 6; }));
  EXPECT_EQ(std::ranges::count(ends, std::error_code(asio::error::operation_aborted)), 6);
}

TEST_F(NomqTest, a_goodbye_ends_what_is_owed_as_closed_and_the_others_see_who_left) {
  Program& listening = listener(careful());
  listening.listen();
  std::vector<nomq::PeerChange> changes;
  listening.with([&](Nomq& node) {
    node.observe([&](const Nomq::Event& event) {
      if (const auto* change = std::get_if<nomq::PeerChange>(&event)) changes.push_back(*change);
    });
  });
  Program& sending = sender();
  sending.publish("a", "hello", Qos::at_least_once);
  ASSERT_TRUE(until([&] { return listening.count("hello") == 1; }));
  sending.with([](Nomq& node) { node.goodbye(); });
  ASSERT_TRUE(until([&] { return !sending.ends.empty(); }));
  EXPECT_FALSE(sending.ends[0].error);
  EXPECT_EQ(sending.ends[0].outcome.reason, Reason::closed);
  ASSERT_TRUE(until([&] { return !changes.empty() && changes.back().what == nomq::PeerChange::What::left; }));
  EXPECT_EQ(changes.back().session, sending.node().session());
}

TEST_F(NomqTest, a_node_that_died_leaves_the_event_loop) {
  asio::io_context io;
  std::error_code end;
  host_->inside([&] {
    auto node = std::make_unique<Nomq>(io.get_executor(), group_key(), modest());
    node->async_receive([&](std::error_code error, const Nomq::Message&) { end = error; });
    (void)io.poll();
    node.reset();
    (void)io.run_for(std::chrono::seconds(5));
  });
  EXPECT_TRUE(io.stopped());
  EXPECT_EQ(end, asio::error::operation_aborted);
}

// --- receiving

TEST_F(NomqTest, a_slow_application_slows_the_sender_and_loses_nothing) {
  constexpr std::size_t few = 10, many = 300;
  Nomq::Options slow = modest();
  slow.messages_waiting = 4;
  Program& listening = listener(slow);
  Program& sending = sender();
  for (std::size_t n = 0; n < few; ++n) sending.publish("a", std::to_string(n), Qos::at_least_once);
  ASSERT_TRUE(until([&] { return sending.ends.size() == few; }));  // read at once, beyond what may wait
  for (std::size_t n = few; n < many; ++n) sending.publish("a", std::to_string(n), Qos::exactly_once);
  let_pass({1'000'000});
  EXPECT_EQ(sending.ends.size(), few);
  listening.listen();
  ASSERT_TRUE(until([&] { return sending.ends.size() == many && listening.heard.size() >= many; }));
  for (const auto& [error, outcome] : sending.ends) EXPECT_EQ(outcome.delivered, 1);
  for (std::size_t n = 0; n < many; ++n) EXPECT_EQ(listening.count(std::to_string(n)), 1u) << n;
}

TEST_F(NomqTest, what_matters_more_is_received_first) {
  Program& listening = listener();
  Program& sending = sender();
  for (const std::uint8_t priority : std::initializer_list<std::uint8_t>{0, 15, 7, 15}) {
    const std::string text = std::to_string(priority);
    sending.publish({.channel = "a", .message = bytes_of(text), .qos = Qos::at_least_once, .priority = priority});
  }
  ASSERT_TRUE(until([&] { return sending.ends.size() == 4; }));
  listening.listen();
  ASSERT_TRUE(until([&] { return listening.heard.size() == 4; }));
  std::vector<std::string> texts;
  for (const auto& message : listening.heard) texts.emplace_back(message.text());
  EXPECT_EQ(texts, (std::vector<std::string>{"15", "15", "7", "0"}));
}

TEST_F(NomqTest, nothing_is_acknowledged_before_it_is_accepted) {
  Program& listening = listener(careful());
  listening.listen();
  Program& sending = sender();
  for (const Qos qos : {Qos::at_least_once, Qos::exactly_once}) {
    listening.heard.clear();
    sending.ends.clear();
    sending.publish("a", "hello", qos);
    ASSERT_TRUE(until([&] { return !listening.heard.empty(); }));
    let_pass(moment);
    EXPECT_TRUE(sending.ends.empty());
    listening.with([&](Nomq& node) { EXPECT_TRUE(node.accept(listening.heard[0].token)); });
    ASSERT_TRUE(until([&] { return !sending.ends.empty(); }));
    EXPECT_EQ(sending.ends[0].outcome.delivered, 1);
    EXPECT_EQ(listening.heard.size(), 1u);
  }
  listening.with([&](Nomq& node) { EXPECT_EQ(node.accept(nomq::Token{77}).error(), Reason::unknown_token); });
}

TEST_F(NomqTest, a_retained_message_reaches_who_comes_late) {
  Program& sending = start();
  sending.publish({.channel = "a", .message = bytes_of("eco"), .qos = Qos::at_least_once, .retain = true});
  ASSERT_TRUE(until([&] { return !sending.ends.empty(); }));
  Program& late = listener();
  late.listen();
  ASSERT_TRUE(until([&] { return late.count("eco") == 1; }));
  EXPECT_TRUE(late.heard[0].retain);
}

// --- peers

TEST_F(NomqTest, a_ping_is_answered_by_address_and_by_session) {
  Program& other = listener();
  Program& asking = sender();
  const nomq::SessionId session = other.node().session();
  Endpoint at;
  for (const Nomq::Peer& peer : asking.node().peers())
    if (peer.session == session) at = peer.address;
  std::vector<std::pair<std::error_code, Nomq::Pong>> pongs;
  const auto keep = [&](std::error_code error, const Nomq::Pong& pong) { pongs.emplace_back(error, pong); };
  asking.with([&](Nomq& node) { node.async_ping(at, keep); });
  ASSERT_TRUE(until([&] { return pongs.size() == 1; }));
  asking.with([&](Nomq& node) { node.async_ping(session, keep); });
  ASSERT_TRUE(until([&] { return pongs.size() == 2; }));
  for (const auto& [error, pong] : pongs) {
    EXPECT_FALSE(error) << error.message();
    EXPECT_EQ(pong.by, session);
    EXPECT_GT(pong.after.us, 0);
  }
}

TEST_F(NomqTest, a_ping_to_whom_nobody_knows_or_nobody_is_ends_with_its_name) {
  Program& asking = start();
  std::vector<std::error_code> ends;
  const auto keep = [&](std::error_code error, const Nomq::Pong&) { ends.push_back(error); };
  Endpoint nobody;
  nobody.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127, 0, 0, 9};
  nobody.port = 9;
  asking.with([&](Nomq& node) {
    node.async_ping(nomq::SessionId{}, keep);
    node.async_ping(nobody, keep);
  });
  ASSERT_TRUE(until([&] { return ends.size() == 2; }));
  EXPECT_EQ(ends[0], Reason::unknown_peer);
  EXPECT_EQ(ends[1], Reason::peer_silent);
}

TEST_F(NomqTest, two_profiles_at_one_port_refuse_each_other_by_name) {
  Nomq::Options options = modest();
  options.group_port = 8889;
  Program& modern = start(options);
  Program& original = start(options, group_key(host::KeyKind::nomq_legacy));
  for (Program* program : {&modern, &original}) {
    program->subscribe("a");
    program->listen();
  }
  for (Program* program : {&modern, &original}) program->publish("a", "hello", Qos::at_most_once);
  EXPECT_TRUE(until([&] { return modern.refused(Reason::bad_mac) > 0 && original.refused(Reason::bad_mac) > 0; }));
  EXPECT_TRUE(modern.heard.empty());
  EXPECT_TRUE(original.heard.empty());
  EXPECT_TRUE(modern.node().peers().empty());
}

}  // namespace

}  // namespace tacit::net
