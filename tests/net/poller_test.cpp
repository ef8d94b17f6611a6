// What alarms do: the first of all that were set goes off, and whoever it wakes sets the next.
#include "tacit/port/linux/poller.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include "tacit/port/linux/clock.hpp"

namespace tacit::linux_port {
namespace {

using namespace literals;

constexpr Duration never = 3600_s, a_while = 10_s;

class PollerTest : public testing::Test {
 protected:
  void set_alarm_in(Duration d) { poller_.set_alarm(now().tick + d); }
  bool goes_off(Duration within) {
    if (!poller_.wait(within)) return false;
    poller_.look();
    EXPECT_FALSE(poller_.next()) << "an alarm is nobody's descriptor";
    return true;
  }
  Poller poller_;
};

TEST_F(PollerTest, an_alarm_that_is_brought_forward_goes_off_in_time) {
  set_alarm_in(never);
  set_alarm_in(Duration{});
  EXPECT_TRUE(goes_off(a_while));
}

TEST_F(PollerTest, an_alarm_that_is_put_off_goes_off_once_before) {
  set_alarm_in(Duration{});
  set_alarm_in(never);
  EXPECT_TRUE(goes_off(a_while));
  EXPECT_FALSE(goes_off(Duration{}));
}

TEST_F(PollerTest, after_an_alarm_went_off_the_next_is_set_as_it_is_said) {
  set_alarm_in(Duration{});
  EXPECT_TRUE(goes_off(a_while));
  set_alarm_in(never);
  EXPECT_FALSE(goes_off(Duration{}));
  set_alarm_in(Duration{});
  EXPECT_TRUE(goes_off(a_while));
}

TEST_F(PollerTest, a_change_that_is_told_once_is_not_lost_by_who_waits_twice_and_then_looks) {
  const File file(eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC));
  std::error_code error;
  poller_.add(file.fd(), &error, error, Poller::Tells::changes);
  ASSERT_FALSE(error);
  EXPECT_TRUE(poller_.wait(a_while));
  EXPECT_TRUE(poller_.wait(a_while));
  poller_.look();
  const auto ready = poller_.next();
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->owner, &error);
  EXPECT_FALSE(poller_.wait({})) << "it was looked at";
}

}  // namespace
}  // namespace tacit::linux_port
