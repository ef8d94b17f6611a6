// Every case of the files that the original implementations made.
#include <gtest/gtest.h>

#include "tacit/host/conformance/vector_file.hpp"

namespace tacit::host::conformance {
namespace {

constexpr auto nomq_file = TACIT_SOURCE_DIR "/spec/vectors/nomq.json";

TEST(Vectors, all_of_nomq_come_out_as_the_original_has_them) {
  const auto file = read_vector_file(nomq_file);
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_EQ(file->cases, 213u);
  const Report report = run(*file);
  for (const Failure& failure : report.failures) ADD_FAILURE() << line_of("nomq.json", failure);
  EXPECT_EQ(closing_line(report), "213 passed, 0 failed");
}

TEST(Vectors, all_of_usmp_come_out_as_the_original_has_them) {
  const auto file = read_vector_file(TACIT_SOURCE_DIR "/spec/vectors/usmp.json");
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_EQ(file->cases, 170u);
  const Report report = run(*file);
  for (const Failure& failure : report.failures) ADD_FAILURE() << line_of("usmp.json", failure);
  EXPECT_EQ(closing_line(report), "169 passed, 0 failed, 1 skipped");
}

TEST(Vectors, all_of_mqtt_e2e_come_out_as_the_original_has_them) {
  const auto file = read_vector_file(TACIT_SOURCE_DIR "/spec/vectors/mqtt-e2e.json");
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_EQ(file->cases, 124u);
  const Report report = run(*file);
  for (const Failure& failure : report.failures) ADD_FAILURE() << line_of("mqtt-e2e.json", failure);
  for (const Advice& advice : report.advice) ADD_FAILURE() << line_of("mqtt-e2e.json", advice);
  EXPECT_EQ(closing_line(report), "124 passed, 0 failed");
}

}  // namespace
}  // namespace tacit::host::conformance
