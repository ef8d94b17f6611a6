// Goal: each setting has the value of the last source that names it and remembers which that was; whatever
// is wrong is named with file and line. Method: a small root of our own.
#include "tacit/host/context.hpp"

#include <gtest/gtest.h>

#include "tacit/host/nearest.hpp"
#include "temporary_folder.hpp"

namespace tacit::host {
namespace {

class Contexts : public testing::Test {
 protected:
  Contexts() { sources_.root = folder_.path(), sources_.environment["HOME"] = folder_ / "home"; }

  Attempt<Context> context(const std::optional<std::string>& flag = {}) {
    const auto configuration = Configuration::load(sources_);
    if (!configuration) return configuration.error();
    return configuration->context(flag);
  }
  Problem problem(const std::optional<std::string>& flag = {}) {
    const auto one = context(flag);
    EXPECT_FALSE(one.has_value());
    return one.error();
  }
  std::string user(const std::string& content) { return folder_.write("home/.config/tacit/config.toml", content); }

  TemporaryFolder folder_;
  Sources sources_;
};

TEST_F(Contexts, nothing_configured_is_an_empty_default) {
  const auto one = context();
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->name(), "default");
  EXPECT_TRUE(one->settings().empty());
  EXPECT_EQ(one->text("host"), std::nullopt);
  EXPECT_EQ(one->port(), std::nullopt);
}

TEST_F(Contexts, later_sources_win_setting_by_setting_and_are_remembered) {
  folder_.write(
      "usr/lib/tacit/defaults.toml",
      "[context.lab]\nport = 1\nhost = \"h1\"\nepoch = \"unix\"\nvia = \"nomq\"\nafter_restart = \"at_least_once\"\n");
  folder_.write("etc/tacit/a.toml", "[context.lab]\nport = 2\nhost = \"h2\"\nepoch = \"2000\"\nvia = \"usmp\"\n");
  folder_.write("etc/tacit/b.toml", "[context.lab]\nport = 3\nhost = \"h3\"\nepoch = \"auto\"\n");
  folder_.write("etc/tacit/notes.txt", "this is no TOML");
  folder_.write("etc/tacit/conf.d/a.toml", "[context.lab]\nport = 4\nhost = \"h4\"\n");
  const std::string file = user("[context.lab]\nport = 5\n");
  sources_.environment["TACIT_PORT"] = "6";

  auto one = context("lab");
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->port(), 6);
  EXPECT_EQ(one->find("port")->origin, "TACIT_PORT");
  EXPECT_EQ(one->text("host"), "h4");
  EXPECT_EQ(one->find("host")->origin, folder_ / "etc/tacit/conf.d/a.toml" + ":3");
  EXPECT_EQ(one->text("epoch"), "auto");
  EXPECT_EQ(one->text("via"), "usmp");
  EXPECT_EQ(one->text("after_restart"), "at_least_once");

  sources_.environment.erase("TACIT_PORT");
  EXPECT_EQ(context("lab")->find("port")->origin, file + ":2");

  ASSERT_TRUE(one->set("port", "7", "--port").has_value());
  EXPECT_EQ(one->port(), 7);
  EXPECT_EQ(one->find("port")->origin, "--port");
  EXPECT_EQ(one->set("port", "0", "--port").error().what, "--port: port is 0, and has to be from 1 to 65535");
}

TEST_F(Contexts, flag_environment_and_file_choose_in_that_order) {
  user("default_context = \"a\"\n[context.a]\n[context.b]\n[context.c]\n");
  EXPECT_EQ(context()->name(), "a");
  sources_.environment["TACIT_CONTEXT"] = "b";
  EXPECT_EQ(context()->name(), "b");
  EXPECT_EQ(context("c")->name(), "c");
}

TEST_F(Contexts, one_that_does_not_exist_is_named_with_the_nearest_that_does) {
  user("[context.workshop]\n[context.lab]\n");
  EXPECT_EQ(problem("wrokshop").what, "--context: there is no context called \"wrokshop\"; did you mean workshop?");
  sources_.environment["TACIT_CONTEXT"] = "la";
  EXPECT_EQ(problem().what, "TACIT_CONTEXT: there is no context called \"la\"; did you mean lab?");
}

TEST_F(Contexts, a_number_has_its_bounds) {
  user("[context.home]\nvia = \"e2e\"\npad = 0\nwindow = 1000000\n");
  const auto one = context("home");
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->number("pad"), 0);
  EXPECT_EQ(one->number("window"), 1'000'000);
  EXPECT_EQ(one->number("max_size"), std::nullopt);
  const std::string file = user("[context.home]\nwindow = 1000001\n");
  EXPECT_EQ(problem("home").what, file + ":2: window is 1000001, and has to be from 0 to 1000000");
  user("[context.home]\npad = \"50\"\n");
  EXPECT_EQ(problem("home").fault, Fault::wrong_type);
}

TEST_F(Contexts, state_is_kept_where_the_xdg_specification_says) {
  sources_.environment["XDG_STATE_HOME"] = "/state";
  EXPECT_EQ(state_folder(sources_), "/state/tacit");
  sources_.environment["XDG_STATE_HOME"] = "relative";
  EXPECT_NE(state_folder(sources_), "relative/tacit");
}

TEST_F(Contexts, an_unknown_setting_is_named_with_its_line_and_the_nearest_known) {
  const std::string file = user("# mine\n[context.lab]\nkeyfile = \"x\"\n");
  EXPECT_EQ(problem().fault, Fault::unknown_name);
  EXPECT_EQ(problem().what, file + ":3: there is no setting called \"keyfile\"; did you mean key_file?");
  user("defualt_context = \"x\"");
  EXPECT_EQ(problem().what, file + ":1: there is no setting called \"defualt_context\"; did you mean default_context?");
}

TEST_F(Contexts, a_key_in_the_configuration_is_refused_with_a_pointer_to_the_key_file) {
  user("[context.lab]\nkey = \"00112233\"\n");
  EXPECT_NE(problem().next_step.find("key_file"), std::string::npos);
  EXPECT_EQ(problem().what.find("0011"), std::string::npos);
}

TEST_F(Contexts, every_wrong_value_has_its_name) {
  const auto fault_of = [&](const std::string& content) {
    user(content);
    return problem().fault;
  };
  EXPECT_EQ(fault_of("[context.a]\nport = \"8890\""), Fault::wrong_type);
  EXPECT_EQ(fault_of("[context.a]\nport = 1.5"), Fault::wrong_type);
  EXPECT_EQ(fault_of("[context.a]\nport = 0"), Fault::out_of_range);
  EXPECT_EQ(fault_of("[context.a]\nport = 65536"), Fault::out_of_range);
  EXPECT_EQ(fault_of("[context.a]\nhost = 1"), Fault::wrong_type);
  EXPECT_EQ(fault_of("[context.a]\nhost = \"\""), Fault::out_of_range);
  EXPECT_EQ(fault_of("[context.a]\nhost = true"), Fault::wrong_type);
  EXPECT_EQ(fault_of("[context.a]\ninterfaces = \"eth0\""), Fault::wrong_type);
  EXPECT_EQ(fault_of("[context.a]\ninterfaces = [\"eth0\", 1]"), Fault::wrong_type);
  EXPECT_EQ(fault_of("[context.a]\nepoch = \"1970\""), Fault::out_of_range);
  EXPECT_EQ(fault_of("[context.a.b]\n"), Fault::unknown_name);
  EXPECT_EQ(fault_of("context = \"lab\""), Fault::wrong_type);
  EXPECT_EQ(fault_of("[context]\nlab = 1"), Fault::wrong_type);
  EXPECT_EQ(fault_of("[context.a"), Fault::bad_syntax);
  EXPECT_EQ(fault_of(std::string(300'000, '#')), Fault::file_too_large);
  user("");
  sources_.environment["TACIT_PORT"] = "many";
  EXPECT_EQ(problem().what, "TACIT_PORT: port has to be a whole number from 1 to 65535");
}

TEST_F(Contexts, a_key_file_is_found_beside_the_file_that_names_it) {
  user(
      "[context.a]\nkey_file = \"a.key\"\n[context.b]\nkey_file = \"~/b.key\"\n[context.c]\nkey_file = \"/etc/c.key\"");
  EXPECT_EQ(context("a")->text("key_file"), folder_ / "home/.config/tacit/a.key");
  EXPECT_EQ(context("b")->text("key_file"), folder_ / "home/b.key");
  EXPECT_EQ(context("c")->text("key_file"), "/etc/c.key");
}

TEST_F(Contexts, xdg_and_tacit_config_replace_the_users_file) {
  user("[context.home]\n");
  folder_.write("xdg/tacit/config.toml", "[context.xdg]\n");
  const std::string other = folder_.write("other.toml", "[context.other]\n");
  EXPECT_TRUE(context("home").has_value());
  sources_.environment["XDG_CONFIG_HOME"] = folder_ / "xdg";
  EXPECT_TRUE(context("xdg").has_value());
  EXPECT_FALSE(context("home").has_value());
  sources_.environment["TACIT_CONFIG"] = other;
  EXPECT_TRUE(context("other").has_value());
  sources_.environment["TACIT_CONFIG"] = folder_ / "absent.toml";
  EXPECT_EQ(problem().fault, Fault::cannot_read);
}

TEST_F(Contexts, a_list_in_toml_is_a_list) {
  user("[context.a]\ninterfaces = [\"eth0\", \"wlan \\\"0\\\"\"]\n");
  const auto one = context("a");
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->texts("interfaces"), (std::vector<std::string>{"eth0", "wlan \"0\""}));
  EXPECT_EQ(toml_of(one->find("interfaces")->value), R"(["eth0", "wlan \"0\""])");
}

TEST(Nearest, is_what_was_probably_meant) {
  const std::vector<std::string> known{"host", "port", "key_file", "interfaces"};
  EXPECT_EQ(nearest("prot", known), "port");
  EXPECT_EQ(nearest("hots", known), "host");
  EXPECT_EQ(nearest("interface", known), "interfaces");
  EXPECT_EQ(nearest("KEYFILE", known), std::nullopt);
  EXPECT_EQ(nearest("zzz", known), std::nullopt);
  EXPECT_EQ(nearest("", known), std::nullopt);
  EXPECT_EQ(nearest(std::string(1000, 'p'), known), std::nullopt);
}

}  // namespace
}  // namespace tacit::host
