// Topics: the base that a key gives, names, and what a filter catches (MQTT 3.1.1, section 4.7).
#include "tacit/e2e/topic.hpp"

#include <gtest/gtest.h>

#include "tacit/e2e/filters.hpp"
#include "tests/support/e2e_side.hpp"

namespace tacit::e2e {
namespace {

TEST(Topic, has_the_base_that_the_original_makes_of_the_key) {
  const TopicBase base{crypto::AesGcm(test::e2e_example_key)};
  EXPECT_EQ(base.text(), "FGeeQanXEwx3");
  EXPECT_EQ(base.suffix_of("FGeeQanXEwx3/iot/x"), "iot/x");
  EXPECT_EQ(base.suffix_of("FGeeQanXEwx3/"), "");
  for (const char* other : {"", "FGeeQanXEwx3", "fGeeQanXEwx3/iot", "FGeeQanXEwx33/iot"})
    EXPECT_EQ(base.suffix_of(other), std::nullopt) << other;
}

TEST(Topic, is_a_name_without_wildcards) {
  for (const char* good : {"iot", "iot/x", "/", "a//b", "$SYS", "\xC3\xA9t\xC3\xA9", " "})
    EXPECT_TRUE(is_topic(good)) << good;
  for (const char* bad : {"", "iot/#", "+", "a+b", "a#", "\xFF", "\xC0\x80"}) EXPECT_FALSE(is_topic(bad)) << bad;
  EXPECT_FALSE(is_topic(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_topic(std::string(65'536, 'x')));
}

TEST(Topic, filter_has_wildcards_only_as_whole_levels) {
  for (const char* good : {"#", "+", "iot/#", "+/+/#", "/+", "iot/+/state", "iot"})
    EXPECT_TRUE(is_filter(good)) << good;
  for (const char* bad : {"", "#/", "iot/#/x", "iot#", "a+", "+a", "iot/+x", "##", "\xFF"})
    EXPECT_FALSE(is_filter(bad)) << bad;
}

TEST(Topic, is_caught_by_the_filters_of_the_standard) {
  struct Case {
    const char *filter, *topic;
    bool caught;
  };
  for (const auto& [filter, topic, caught] :
       {Case{"#", "a", true},          Case{"#", "a/b/c", true},   Case{"#", "/", true},
        Case{"a/#", "a", true},        Case{"a/#", "a/b/c", true}, Case{"a/#", "ab", false},
        Case{"a/#", "b", false},       Case{"+", "a", true},       Case{"+", "a/b", false},
        Case{"+", "/a", false},        Case{"/+", "/a", true},     Case{"+/+", "/a", true},
        Case{"a/+", "a/", true},       Case{"a/+", "a", false},    Case{"a/+/c", "a/b/c", true},
        Case{"a/+/c", "a/b/d", false}, Case{"a", "a", true},       Case{"a", "A", false},
        Case{"a", "a/", false},        Case{"a/b", "a", false},    Case{"+/b/#", "a/b", true},
        Case{"+/#", "a", true},        Case{"#", "$SYS", true},    Case{"a//b", "a//b", true},
        Case{"a/+/b", "a//b", true},   Case{"a/b/#", "a", false}})
    EXPECT_EQ(matches(filter, topic), caught) << filter << " " << topic;
}

TEST(Filters, are_a_few_and_say_so) {
  std::array<std::uint16_t, 2> sizes{};
  std::array<std::uint8_t, 16> texts{};
  Filters filters({sizes, texts});
  EXPECT_FALSE(filters.match("iot/x"));
  ASSERT_TRUE(filters.add("iot/#"));
  ASSERT_TRUE(filters.add("iot/#"));
  EXPECT_EQ(filters.add("123456789").error(), Reason::too_large);
  EXPECT_EQ(filters.add("a#").error(), Reason::bad_topic);
  ASSERT_TRUE(filters.add("12345678"));
  EXPECT_EQ(filters.add("c").error(), Reason::channels_full);
  EXPECT_TRUE(filters.match("iot/x"));
  EXPECT_TRUE(filters.match("12345678"));
  ASSERT_TRUE(filters.remove("iot/#"));
  EXPECT_EQ(filters.remove("iot/#").error(), Reason::unknown_channel);
  EXPECT_FALSE(filters.match("iot/x"));
  ASSERT_TRUE(filters.add("c"));
  EXPECT_EQ(filters.at(0), "c");
  EXPECT_EQ(filters.places(), 2u);
  EXPECT_EQ(Filters({{}, {}}).add("c").error(), Reason::channels_full);
}

}  // namespace
}  // namespace tacit::e2e
