// Goal: what is posted arrives once and in order, the reader is woken for it, and a full box says so. Method: one
// thread where that is enough, and several that post at once.
#include "tacit/port/linux/mailbox.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <thread>

namespace tacit::linux_port {
namespace {

bool is_readable(int fd, int ms = 0) {
  pollfd ready{fd, POLLIN, 0};
  return poll(&ready, 1, ms) > 0;
}

TEST(Mailbox, what_is_posted_is_taken_in_order) {
  Mailbox<int> box(4);
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(box.post(round * 3 + i));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(box.take(), round * 3 + i);
    EXPECT_EQ(box.take(), std::nullopt);
  }
}

TEST(Mailbox, a_full_box_is_an_answer_and_takes_more_when_it_was_read) {
  Mailbox<int> box(2);
  EXPECT_TRUE(box.post(1));
  EXPECT_TRUE(box.post(2));
  const auto third = box.post(3);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error(), Reason::queue_full);
  EXPECT_EQ(box.take(), 1);
  EXPECT_TRUE(box.post(3));
  EXPECT_EQ(box.take(), 2);
  EXPECT_EQ(box.take(), 3);
}

TEST(Mailbox, its_reader_is_woken_until_it_found_the_box_empty) {
  Mailbox<int> box(4);
  EXPECT_FALSE(is_readable(box.fd()));
  (void)box.post(1);
  (void)box.post(2);
  EXPECT_TRUE(is_readable(box.fd()));
  EXPECT_EQ(box.take(), 1);
  EXPECT_TRUE(is_readable(box.fd()));
  EXPECT_EQ(box.take(), 2);
  EXPECT_EQ(box.take(), std::nullopt);
  EXPECT_FALSE(is_readable(box.fd()));
  (void)box.post(3);
  EXPECT_TRUE(is_readable(box.fd()));
}

TEST(Mailbox, many_threads_post_and_nothing_is_lost_or_left_lying) {
  struct Letter {
    std::size_t from = 0;
    int number = 0;
  };
  constexpr int letters = 20'000;
  Mailbox<Letter> box(64);
  std::array<std::thread, 4> writers;
  for (std::size_t from = 0; from < writers.size(); ++from)
    writers[from] = std::thread([&box, from] {
      for (int i = 0; i < letters; ++i)
        while (!box.post({from, i})) std::this_thread::yield();
    });
  std::array<int, 4> next{};
  for (bool all = false; !all;) {
    if (!is_readable(box.fd(), 10'000)) {
      ADD_FAILURE() << "nobody rang";
      break;
    }
    while (const auto letter = box.take()) {
      EXPECT_EQ(letter->number, next.at(letter->from));
      next.at(letter->from) = letter->number + 1;
    }
    all = next == std::array<int, 4>{letters, letters, letters, letters};
  }
  for (std::thread& writer : writers) writer.join();
}

}  // namespace
}  // namespace tacit::linux_port
