// Goal: options that no broker could make anything of are refused with the name of what is wrong. Method: right ones,
// of which one at a time is changed.
#include "tacit/port/mqtt/options.hpp"

#include <gtest/gtest.h>

namespace tacit::mqtt_port {

namespace {

using namespace literals;

template <class Change> std::string mistake_after(Change change) {
  Options options;
  change(options);
  return mistake_in(options).value_or("none");
}

TEST(MqttOptions, the_defaults_and_what_is_just_in_range_are_right) {
  EXPECT_EQ(mistake_after([](Options&) {}), "none");
  EXPECT_EQ(mistake_after([](Options& o) { o.keepalive = 6_s, o.window = 1, o.packet_max = 1; }), "none");
  EXPECT_EQ(mistake_after([](Options& o) { o.keepalive = 65'535_s, o.window = 65'535; }), "none");
  EXPECT_EQ(mistake_after([](Options& o) { o.clean_session = false, o.client_id = "pump"; }), "none");
  EXPECT_EQ(mistake_after([](Options& o) { o.will = Will{.topic = "t/will", .payload = {}}; }), "none");
}

TEST(MqttOptions, what_is_wrong_is_named) {
  EXPECT_EQ(mistake_after([](Options& o) { o.host.clear(); }), "no broker");
  EXPECT_EQ(mistake_after([](Options& o) { o.keepalive = 5_s; }), "keepalive: from 6 s to 65535 s");
  EXPECT_EQ(mistake_after([](Options& o) { o.keepalive = 65'536_s; }), "keepalive: from 6 s to 65535 s");
  EXPECT_EQ(mistake_after([](Options& o) { o.window = 0; }), "window: from 1 to 65535");
  EXPECT_EQ(mistake_after([](Options& o) { o.window = 65'536; }), "window: from 1 to 65535");
  EXPECT_EQ(mistake_after([](Options& o) { o.packet_max = 0; }), "packet_max: not 0");
  EXPECT_EQ(mistake_after([](Options& o) { o.clean_session = false; }),
            "a session that is kept needs a client id of its own");
  EXPECT_EQ(mistake_after([](Options& o) { o.client_id = "\xff"; }), "the client id is no UTF-8");
  EXPECT_EQ(mistake_after([](Options& o) { o.will = Will{.topic = "t/#", .payload = {}}; }), "the will's topic");
}

}  // namespace

}  // namespace tacit::mqtt_port
