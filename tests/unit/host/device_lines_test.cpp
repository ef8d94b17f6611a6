// Goal: what is exported is imported again as it was, and each mistake in a line has its name and its line. Method:
// devices with everything and with nothing, and lines that are changed in one place.
#include "tacit/host/device_lines.hpp"

#include <gtest/gtest.h>

namespace tacit::host {
namespace {

constexpr std::time_t now = 1'763'778'600;
constexpr std::string_view psk16 = "AAECAwQFBgcICQoLDA0ODw";

Attempt<std::vector<DeviceWithKeys>> read(const std::string& text) { return read_device_lines(text, "list", now); }

std::string line(const std::string& more) {
  return R"({"v":1,"id":"00:1a:2b:3c:4d:5e","name":"boiler","psk":")" + std::string(psk16) + "\"" + more + "}\n";
}

Fault fault_of(const std::string& text) {
  const auto devices = read(text);
  EXPECT_FALSE(devices.has_value()) << text;
  if (devices) return {};
  EXPECT_TRUE(devices.error().what.starts_with("list:")) << devices.error().what;
  EXPECT_EQ(devices.error().what.find(psk16.substr(0, 8)), std::string::npos) << devices.error().what;
  return devices.error().fault;
}

TEST(DeviceLines, a_line_needs_id_name_and_psk_alone) {
  const auto devices = read("\n  \r\n" + line(""));
  ASSERT_TRUE(devices.has_value());
  ASSERT_EQ(devices->size(), 1u);
  const Device& device = devices->front().device;
  EXPECT_EQ(to_text(device.id), "00:1a:2b:3c:4d:5e");
  EXPECT_EQ(device.created, now);
  EXPECT_FALSE(device.revoked || device.wire1_allowed || device.last_seen || device.rotated);
  EXPECT_EQ(std::get<Psk>(devices->front().key).reveal().size(), 16u);
}

TEST(DeviceLines, what_is_written_is_read) {
  DeviceWithKeys one{.device = {.id = {1, 2, 3, 4, 5, 6},
                                .name = "größer \"als\" sonst",
                                .revoked = true,
                                .wire1_allowed = true,
                                .created = now - 9,
                                .rotated = now - 5,
                                .rotation_deadline = now + 86'400,
                                .last_seen = now,
                                .last_address = "[2001:db8::1]:9000",
                                .last_wire = 1},
                     .key = *psk_from(std::array<std::uint8_t, 64>{1, 2, 3}, ""),
                     .next_key = KeyReference{"/etc/tacit/a b.key"}};
  SecretString text;
  append_device_line(one, text);
  const auto again = read(std::string(text));
  ASSERT_TRUE(again.has_value()) << again.error().what;
  const DeviceWithKeys& read_one = again->front();
  EXPECT_EQ(read_one.device.name, one.device.name);
  EXPECT_EQ(read_one.device.rotation_deadline, one.device.rotation_deadline);
  EXPECT_EQ(text_of(std::get<Psk>(read_one.key).reveal()), text_of(std::get<Psk>(one.key).reveal()));
  EXPECT_EQ(std::get<KeyReference>(*read_one.next_key).path, "/etc/tacit/a b.key");
  SecretString twice;
  append_device_line(read_one, twice);
  EXPECT_EQ(std::string_view(twice), std::string_view(text));
}

TEST(DeviceLines, each_mistake_has_its_name) {
  EXPECT_EQ(fault_of("hello\n"), Fault::bad_syntax);
  EXPECT_EQ(fault_of("[]\n"), Fault::bad_syntax);
  EXPECT_EQ(fault_of(line(R"(,"name":"pump")")), Fault::bad_syntax);
  EXPECT_EQ(fault_of(line(R"(,"nmae":"pump")")), Fault::unknown_name);
  EXPECT_EQ(fault_of("{\"v\":1}\n"), Fault::missing_member);
  EXPECT_EQ(fault_of(R"({"v":2,"id":"00:1a:2b:3c:4d:5e","name":"a","psk":"AAECAwQFBgcICQoLDA0ODw"})"),
            Fault::out_of_range);
  EXPECT_EQ(fault_of(R"({"v":1,"id":"001a2b3c4d5e","name":"a","psk":"AAECAwQFBgcICQoLDA0ODw"})"), Fault::out_of_range);
  EXPECT_EQ(fault_of(R"({"v":1,"id":"00:1a:2b:3c:4d:5e","name":"a/b","psk":"AAECAwQFBgcICQoLDA0ODw"})"),
            Fault::out_of_range);
  EXPECT_EQ(fault_of(R"({"v":1,"id":"00:1a:2b:3c:4d:5e","name":"a","psk":"AAECAwQFBgcICQoLDA0O"})"), Fault::weak_key);
  EXPECT_EQ(fault_of(R"({"v":1,"id":"00:1a:2b:3c:4d:5e","name":"a","psk":"AAECAwQFBgcICQoLDA0OD!"})"),
            Fault::bad_encoding);
  EXPECT_EQ(fault_of(R"({"v":1,"id":"00:1a:2b:3c:4d:5e","name":"a","psk":")" + std::string(120, 'A') + "\"}"),
            Fault::wrong_length);
  EXPECT_EQ(fault_of(R"({"v":1,"id":"00:1a:2b:3c:4d:5e","name":"a","psk_file":"a.key"})"), Fault::out_of_range);
  EXPECT_EQ(fault_of(line(R"(,"psk_file":"/a.key")")), Fault::unknown_name);
  EXPECT_EQ(fault_of(line(R"(,"next_psk":"AAECAwQFBgcICQoLDA0ODw")")), Fault::missing_member);
  EXPECT_EQ(fault_of(line(R"(,"rotation_deadline":"2026-11-22T02:30:00Z")")), Fault::missing_member);
  EXPECT_EQ(fault_of(line(R"(,"created":"2026-02-30T02:30:00Z")")), Fault::out_of_range);
  EXPECT_EQ(fault_of(line(R"(,"created":"2026-11-22 02:30:00Z")")), Fault::out_of_range);
  EXPECT_EQ(fault_of(line(R"(,"created":"0237-11-22T02:30:00Z")")), Fault::out_of_range);
  EXPECT_EQ(fault_of(line(R"(,"wire1_allowed":1)")), Fault::wrong_type);
  EXPECT_EQ(fault_of(line(R"(,"state":"gone")")), Fault::out_of_range);
  EXPECT_EQ(fault_of(line(R"(,"last_wire":3)")), Fault::out_of_range);
}

TEST(DeviceLines, a_problem_says_in_which_line_it_is) {
  const auto devices = read(line("") + "\n" + line(",\"x\":1"));
  ASSERT_FALSE(devices.has_value());
  EXPECT_TRUE(devices.error().what.starts_with("list:3: ")) << devices.error().what;
}

}  // namespace
}  // namespace tacit::host
