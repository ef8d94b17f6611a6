// A server is found by who asks, as the specification draws it; whoever sends something else, or asks too often, learns
// nothing, and nobody can have more bytes sent to somebody than were sent for it.
#include "tacit/usmp/discovery.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tacit::usmp {
namespace {

using namespace literals;

constexpr QueryId some_id{1, 2, 3, 4, 5, 6, 7, 8};

Answer about(std::string_view name) { return {some_id, Wires::both, 9000, 0x1234, *ServerName::cut(name)}; }

std::vector<std::uint8_t> encoded(const Query& query) {
  std::array<std::uint8_t, query_size> out;
  encode(query, out);
  return {out.begin(), out.end()};
}
std::vector<std::uint8_t> encoded(const Answer& answer) {
  std::array<std::uint8_t, answer_size_max> out;
  const std::size_t size = encode(answer, out);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size)};
}

std::vector<std::uint8_t> flipped(std::vector<std::uint8_t> bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
  return bytes;
}
std::vector<std::uint8_t> first(const std::vector<std::uint8_t>& bytes, std::size_t size) {
  return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)};
}

TEST(Query, lies_as_the_specification_says) {
  std::vector<std::uint8_t> expected{0x55, 0x53, 0x4D, 0x3F, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
  expected.resize(64);
  EXPECT_EQ(encoded(Query{some_id}), expected);
  EXPECT_EQ(decode_query(expected)->id, some_id);
}

TEST(Query, is_refused_with_any_bit_flipped_but_for_its_id_and_at_any_other_length) {
  const auto good = encoded(Query{some_id});
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    const auto query = decode_query(flipped(good, bit));
    if (bit / 8 >= 10 && bit / 8 < 18) EXPECT_NE(query->id, some_id) << bit;
    else EXPECT_FALSE(query) << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(decode_query(first(good, size)).error(), Reason::truncated);
  auto longer = good;
  longer.push_back(0);
  EXPECT_EQ(decode_query(longer).error(), Reason::bad_length);
}

TEST(Query, is_refused_by_name) {
  const auto good = encoded(Query{some_id});
  EXPECT_EQ(decode_query(flipped(good, 0)).error(), Reason::bad_magic);
  EXPECT_EQ(decode_query(flipped(good, 4 * 8)).error(), Reason::bad_version);
  EXPECT_EQ(decode_query(flipped(good, 5 * 8)).error(), Reason::bad_body);
  EXPECT_EQ(decode_query(flipped(good, 63 * 8)).error(), Reason::bad_body);
}

TEST(Answer, lies_as_the_specification_says) {
  const std::vector<std::uint8_t> expected{0x55, 0x53, 0x4D, 0x21, 1, 3, 0x28, 0x23, 0x34, 0x12, 1,
                                           2,    3,    4,    5,    6, 7, 8,    3,    'l',  'a',  'b'};
  EXPECT_EQ(encoded(about("lab")), expected);
}

TEST(Answer, decodes_as_it_was_encoded_with_names_of_every_size) {
  for (std::size_t size = 0; size <= server_name_max; ++size) {
    const Answer answer = about(std::string(size, 'x'));
    const auto bytes = encoded(answer);
    EXPECT_EQ(bytes.size(), 19 + size);
    const auto back = decode_answer(bytes);
    ASSERT_TRUE(back) << size;
    EXPECT_EQ(back->id, answer.id);
    EXPECT_EQ(back->wires, answer.wires);
    EXPECT_EQ(back->tcp_port, 9000);
    EXPECT_EQ(back->udp_port, 0x1234);
    EXPECT_EQ(back->name.text(), answer.name.text());
  }
}

// Nothing protects an answer, so a flipped bit may make another one; but never the same.
TEST(Answer, is_refused_or_another_with_any_bit_flipped_and_refused_at_any_other_length) {
  const auto good = encoded(about("Prüfstand"));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    const bool of_other_wires = bit / 8 == 5 && bit % 8 >= 2;  // that we know nothing of
    const auto answer = decode_answer(flipped(good, bit));
    EXPECT_TRUE(!answer || of_other_wires || encoded(*answer) != good) << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(decode_answer(first(good, size)).error(), Reason::truncated);
  auto longer = good;
  longer.push_back('!');
  EXPECT_EQ(decode_answer(longer).error(), Reason::bad_length);
}

TEST(Answer, is_refused_by_name) {
  const auto with = [](std::size_t at, std::vector<std::uint8_t> what) {
    auto bytes = encoded(about("lab"));
    std::ranges::copy(what, bytes.begin() + static_cast<std::ptrdiff_t>(at));
    return decode_answer(bytes);
  };
  EXPECT_EQ(with(3, {'?'}).error(), Reason::bad_magic);
  EXPECT_EQ(with(4, {2}).error(), Reason::bad_version);
  EXPECT_EQ(with(5, {4}).error(), Reason::bad_version) << "no wire that we speak";
  EXPECT_EQ(with(6, {0, 0, 0, 0}).error(), Reason::bad_body);
  EXPECT_EQ(with(18, {2}).error(), Reason::bad_length);
  EXPECT_EQ(with(18, {4}).error(), Reason::truncated);
  EXPECT_EQ(with(19, {0xC0, 0x80}).error(), Reason::bad_utf8);
  auto long_name = encoded(about(std::string(24, 'x')));
  long_name.push_back('x');
  long_name[18] = 25;
  EXPECT_EQ(decode_answer(long_name).error(), Reason::bad_length);
}

TEST(ServerName, is_cut_between_characters) {
  EXPECT_EQ(ServerName::cut("lab")->text(), "lab");
  EXPECT_EQ(ServerName::cut(std::string(30, 'x'))->text(), std::string(24, 'x'));
  EXPECT_EQ(ServerName::cut(std::string(23, 'x') + "€")->text(), std::string(23, 'x'));
  EXPECT_EQ(ServerName::cut(std::string(21, 'x') + "€!")->text(), std::string(21, 'x') + "€");
  EXPECT_EQ(ServerName::cut("\xFF").error(), Reason::bad_utf8);
}

class ResponderTest : public testing::Test {
 protected:
  static QueryId id(std::uint8_t n) { return {n, 1}; }

  static std::vector<std::vector<std::uint8_t>> ten_queries(std::uint8_t& n) {
    std::vector<std::vector<std::uint8_t>> queries;
    for (int i = 0; i < 10; ++i) queries.push_back(encoded(Query{id(n++)}));
    return queries;
  }

  // Offers the datagrams as one batch, and returns what leaves.
  std::vector<Outbox::Run> offered(std::vector<std::vector<std::uint8_t>> datagrams, Instant at = {}) {
    std::vector<Datagram> in;
    for (auto& bytes : datagrams) in.push_back({{.peer = asker_, .to_group = true}, bytes});
    std::span<Datagram> left = in;
    outbox_.clear();
    do {
      left = left.subspan(responder_.input(left, {at, {}}));
      responder_.poll_transmit(outbox_, {at, {}});
    } while (!left.empty());
    return {outbox_.runs().begin(), outbox_.runs().end()};
  }
  std::size_t answers(const std::vector<Outbox::Run>& runs) const {
    std::size_t count = 0;
    for (const auto& run : runs) count += run.count;
    return count;
  }

  Endpoint asker_{.ip = {1}, .port = 4321};
  Responder responder_{about("lab")};
  std::array<std::uint8_t, 4096> memory_{};
  std::array<Outbox::Run, 64> runs_{};
  Outbox outbox_{memory_, runs_};
};

TEST_F(ResponderTest, answers_who_asked_and_him_alone) {
  const auto runs = offered({encoded(Query{id(7)})});
  ASSERT_EQ(answers(runs), 1u);
  EXPECT_EQ(runs[0].path.peer, asker_);
  EXPECT_FALSE(runs[0].path.to_group);
  const auto answer = decode_answer(runs[0].bytes);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->id, id(7));
  EXPECT_EQ(answer->name.text(), "lab");
  EXPECT_EQ(responder_.answered(), 1u);
}

TEST_F(ResponderTest, answers_a_query_once_however_many_copies_arrive) {
  const auto query = encoded(Query{id(7)});
  EXPECT_EQ(answers(offered({query, query})), 1u);
  EXPECT_EQ(answers(offered({query}, Instant{} + 5_s)), 0u);
  EXPECT_EQ(responder_.refused()[Reason::duplicate], 2u);
}

TEST_F(ResponderTest, answers_ten_a_second_and_counts_the_rest) {
  std::uint8_t n = 0;
  std::size_t in_a_second = 0;
  for (Instant at{}; at < Instant{} + 1_s; at = at + 50_ms) in_a_second += answers(offered(ten_queries(n), at));
  EXPECT_LE(in_a_second, 10u);
  EXPECT_GE(in_a_second, 9u);
  EXPECT_EQ(responder_.refused()[Reason::rate_limited], 200 - in_a_second);
}

TEST_F(ResponderTest, says_nothing_to_what_is_no_query) {
  auto wrong = encoded(Query{id(1)});
  wrong[4] = 9;
  EXPECT_EQ(answers(offered({{}, {0xAB, 0xCD}, encoded(about("lab")), wrong})), 0u);
  EXPECT_EQ(responder_.refused()[Reason::truncated], 3u);
  EXPECT_EQ(responder_.refused()[Reason::bad_version], 1u);
}

TEST_F(ResponderTest, sends_fewer_bytes_than_the_query_had) {
  Responder talkative(about(std::string(24, 'x')));
  auto query = encoded(Query{id(1)});
  std::array<Datagram, 1> in{{{{.peer = asker_, .to_group = true}, query}}};
  EXPECT_EQ(talkative.input(in, {}), 1u);
  talkative.poll_transmit(outbox_, {});
  ASSERT_EQ(outbox_.runs().size(), 1u);
  EXPECT_EQ(outbox_.runs()[0].bytes.size(), 43u);
  EXPECT_LT(outbox_.runs()[0].bytes.size(), query.size());
}

TEST_F(ResponderTest, consumes_no_more_than_it_can_answer) {
  std::uint8_t n = 0;
  auto queries = ten_queries(n);
  std::vector<Datagram> in;
  for (auto& bytes : queries) in.push_back({{.peer = asker_, .to_group = true}, bytes});
  EXPECT_EQ(responder_.input(in, {}), 5u);
}

}  // namespace
}  // namespace tacit::usmp
