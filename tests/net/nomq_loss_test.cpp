// Goal: NoMQ between real sockets where a tenth of all datagrams gets lost, each way. Method: two programs that meet
// through a relay alone; what is counted is what arrived and how each publish ended. How fast that is, is measured by
// `tacit bench nomq throughput --loss`.
#include "app/bench/lossy_relay.hpp"
#include "tests/net/program.hpp"

namespace tacit::net {

namespace {

using app::bench::LossyRelay;
using nomq::Qos;

class NomqLossTest : public ProgramsTest {
 protected:
  // The first is the publisher; the relay loses nothing before it knows the other.
  void start_pair(host::KeyKind kind) {
    constexpr std::uint16_t here = 8700, beyond = 8800;
    relay_ = host_.inside([] { return std::make_unique<LossyRelay>(LossyRelay::Ports{here, beyond}, 1); });
    for (const std::uint16_t group : {here, beyond}) {
      Nomq::Options options = modest();
      options.group_port = group;
      Program& program = start(host_, options, group_key(kind));
      if (group == here) continue;
      program.subscribe("plant/temp");
      program.listen();
    }
    ASSERT_TRUE(until([&] { return sender().listeners("plant/temp") == 1; }));
    relay_->lose(10);
  }
  Program& sender() { return programs_.front(); }
  const Program& receiver() { return programs_.back(); }

  Namespace host_;
  std::unique_ptr<LossyRelay> relay_;
};

class NomqLossAcknowledgedTest : public NomqLossTest, public testing::WithParamInterface<Qos> {};
INSTANTIATE_TEST_SUITE_P(Acknowledged, NomqLossAcknowledgedTest,
                         testing::Values(Qos::at_least_once, Qos::exactly_once));

TEST_P(NomqLossAcknowledgedTest, everything_arrives_and_nothing_is_given_up) {
  constexpr std::size_t messages = 5000, under_way_max = 512;
  ASSERT_NO_FATAL_FAILURE(start_pair(host::KeyKind::nomq_v1));
  std::size_t published = 0;
  const auto all_ended = [&] {
    for (; published < messages && published - sender().ends.size() < under_way_max; ++published)
      sender().publish("plant/temp", std::to_string(published), GetParam());
    return sender().ends.size() == messages;
  };
  ASSERT_TRUE(until(all_ended, Duration{50'000'000})) << sender().ends.size() << " of " << messages;
  EXPECT_GT(relay_->lost() * 100, relay_->heard() * 8);

  for (const auto& [error, outcome] : sender().ends) {
    EXPECT_FALSE(error) << error.message();
    EXPECT_EQ(outcome.delivered, 1);
    EXPECT_EQ(outcome.given_up, 0);
  }
  std::vector<std::size_t> times(messages);
  for (const Nomq::Message& message : receiver().heard) ++times.at(std::stoul(std::string(message.text())));
  const auto repeated = std::ranges::count_if(times, [](std::size_t count) { return count > 1; });
  EXPECT_EQ(std::ranges::count(times, 0u), 0);
  EXPECT_TRUE(repeated == 0 || GetParam() == Qos::at_least_once) << repeated;
}

// A board takes about nine packets a second. What gets lost is sent again at the same pace, and nothing is sent sooner
// because others have been acknowledged.
TEST_F(NomqLossTest, a_board_is_not_hurried) {
  ASSERT_NO_FATAL_FAILURE(start_pair(host::KeyKind::nomq_legacy));
  const auto sent = [this] { return sender().node().sockets().counters().sent; };
  const std::uint64_t before = sent();
  const Instant start = linux_port::now().tick;
  for (int n = 0; n < 100; ++n) sender().publish("plant/temp", std::to_string(n), Qos::at_least_once);
  let_pass(Duration{4'000'000});
  const auto eighths = static_cast<std::uint64_t>((linux_port::now().tick - start).us / 125'000);
  EXPECT_LE(sent() - before, eighths + 4) << "a few are what others asked for";
  EXPECT_GE(receiver().heard.size(), 10u);
}

}  // namespace

}  // namespace tacit::net
