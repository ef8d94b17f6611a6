// Goal: each shard gets what is its own, whichever of them received it. Method: one thread that is all of them.
#include "tacit/port/linux/shard_exchange.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tacit::linux_port {
namespace {

constexpr Steering steering{.tests = {{{0, 'S', 'S'}}}, .size_min = 2, .shard_at = 1};
constexpr Endpoint somebody{{1}, 1, 0}, somebody_else{{2}, 2, 0};

class ShardExchangeTest : public testing::Test {
 protected:
  // What of this remains with the shard that received it.
  std::vector<std::string> received(std::size_t by, std::vector<std::string> texts, const Endpoint& from = somebody) {
    std::vector<Datagram> in;
    for (std::string& text : texts)
      in.push_back({{.peer = from}, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}});
    return texts_of(exchange_.sift(by, in));
  }
  std::vector<std::string> collected(std::size_t by) {
    std::vector<std::string> all;
    for (auto in = exchange_.collect(by); !in.empty(); in = exchange_.collect(by))
      for (const std::string& text : texts_of(in)) all.push_back(text);
    return all;
  }

  using Texts = std::vector<std::string>;
  ShardExchange exchange_{3, steering, 128};

 private:
  static Texts texts_of(std::span<const Datagram> datagrams) {
    Texts texts;
    for (const Datagram& one : datagrams) texts.emplace_back(text_of(one.bytes));
    return texts;
  }
};

TEST_F(ShardExchangeTest, what_names_another_shard_is_handed_over_and_the_rest_stays_in_order) {
  EXPECT_EQ(received(1, {"S\1", "a", "S\2x", "b", "S\1y", std::string("S\0", 2)}), (Texts{"S\1", "a", "b", "S\1y"}));
  EXPECT_EQ(collected(0), Texts{std::string("S\0", 2)});
  EXPECT_EQ(collected(1), Texts{});
  EXPECT_EQ(collected(2), Texts{"S\2x"});
  EXPECT_EQ(exchange_.counters().handed_over, 2u);
}

TEST_F(ShardExchangeTest, what_is_handed_over_says_where_it_came_from) {
  (void)received(0, {"S\1"}, somebody_else);
  const auto in = exchange_.collect(1);
  ASSERT_EQ(in.size(), 1u);
  EXPECT_EQ(in[0].path.peer, somebody_else);
}

TEST_F(ShardExchangeTest, what_names_no_shard_follows_a_claim_to_its_address) {
  exchange_.claim(2, somebody);
  EXPECT_EQ(collected(0), Texts{});
  EXPECT_EQ(received(0, {"a"}), Texts{});
  EXPECT_EQ(received(0, {"b"}, somebody_else), Texts{"b"});
  EXPECT_EQ(received(2, {"c"}), Texts{"c"});
  EXPECT_EQ(collected(2), Texts{"a"});
}

TEST_F(ShardExchangeTest, the_latest_claim_holds) {
  exchange_.claim(2, somebody);
  EXPECT_EQ(collected(0), Texts{});
  EXPECT_EQ(collected(1), Texts{});
  exchange_.claim(0, somebody);
  EXPECT_EQ(collected(1), Texts{});
  EXPECT_EQ(received(0, {"a"}), Texts{"a"});
  EXPECT_EQ(received(1, {"b"}), Texts{});
  EXPECT_EQ(collected(0), Texts{"b"});
}

TEST_F(ShardExchangeTest, what_finds_no_room_is_lost_and_counted) {
  for (int i = 0; i < 130; ++i) EXPECT_EQ(received(0, {"S\1"}), Texts{});
  EXPECT_EQ(received(0, {"S\2" + std::string(600, 'x')}), Texts{});
  EXPECT_EQ(collected(1).size(), 128u);
  EXPECT_EQ(collected(2), Texts{});
  EXPECT_EQ(exchange_.counters().lost, 3u);
}

TEST_F(ShardExchangeTest, one_shard_has_all) {
  ShardExchange alone(1, steering);
  std::string text = "S\2";
  std::array<Datagram, 1> in{{{{}, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}}}};
  EXPECT_EQ(alone.sift(0, in).size(), 1u);
}

}  // namespace
}  // namespace tacit::linux_port
