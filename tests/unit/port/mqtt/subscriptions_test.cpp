// Goal: a client hears as many filters as there is room for, and no more. Method: its table alone; the broker's answers
// are with the client, in tests/interop.
#include "tacit/port/mqtt/subscriptions.hpp"

#include <gtest/gtest.h>

namespace tacit::mqtt_port {

namespace {

std::string filter(int n) { return "t/" + std::to_string(n); }

TEST(MqttSubscriptions, the_table_takes_64_filters_and_changes_those_that_it_has) {
  Subscriptions subscriptions;
  for (int n = 0; n < 64; ++n) EXPECT_TRUE(subscriptions.add(filter(n), Qos::at_most_once));
  EXPECT_EQ(subscriptions.add(filter(64), Qos::at_most_once).error(), Reason::queue_full);
  EXPECT_TRUE(subscriptions.add(filter(63), Qos::at_least_once));
}

TEST(MqttSubscriptions, what_is_removed_leaves_room_and_cannot_be_removed_again) {
  Subscriptions subscriptions;
  for (int n = 0; n < 64; ++n) EXPECT_TRUE(subscriptions.add(filter(n), Qos::at_most_once));
  EXPECT_TRUE(subscriptions.remove(filter(0)));
  EXPECT_FALSE(subscriptions.remove(filter(0)));
  EXPECT_TRUE(subscriptions.add(filter(64), Qos::at_most_once));
}

}  // namespace

}  // namespace tacit::mqtt_port
