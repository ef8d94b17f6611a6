#include "app/doctor_checks.hpp"

#include <asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tacit/crypto/backend/openssl_random.hpp"
#include "tacit/host/avahi.hpp"
#include "tacit/port/linux/clock.hpp"

namespace tacit::app {
namespace {

using namespace literals;

constexpr Duration patience = 500_ms;
constexpr linux_port::Ip some_multicast{0xff, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x4e, 0x4d};

struct Heard {
  bool ipv4 = false, ipv6 = false;
};

// Two members of a group of their own, on a port that nobody uses: does one hear the other?
Heard speak_and_listen(const linux_port::Interface& link) {
  crypto::HostRandom random;
  const auto port = static_cast<std::uint16_t>(20'000 + random.value<std::uint16_t>() % 10'000);
  const linux_port::LanConfig config{.group = {port, some_multicast}, .own = {}, .interfaces = {link.name}};
  linux_port::LanSockets speaker(config, random), listener(config, random);
  std::array<std::uint8_t, 32> words{};
  random.fill(words);
  Outbox& out = speaker.outbox();
  copy(words, out.add({.to_group = true}, words.size()));
  speaker.send(out);

  Heard heard;
  const Instant until = linux_port::now().tick + patience;
  while (linux_port::now().tick < until) {
    (void)listener.wait(100_ms);
    listener.look();
    for (auto in = listener.receive(); !in.empty(); in = listener.receive())
      for (const Datagram& datagram : in)
        if (std::ranges::equal(datagram.bytes, words))
          (linux_port::is_ipv4(datagram.path.peer.ip) ? heard.ipv4 : heard.ipv6) = true;
    listener.set_alarm(std::nullopt);
  }
  return heard;
}

bool has_broadcast(const linux_port::Interface& link) {
  return std::ranges::any_of(link.ipv4, [](const auto& ipv4) { return ipv4.broadcast.has_value(); });
}

Finding check_interface(const linux_port::Interface& link) {
  const bool ipv4 = has_broadcast(link), ipv6 = link.can_multicast && link.has_link_local && !link.loopback;
  Finding finding{.check = "broadcast " + link.name, .what = ""};
  if (!ipv4 && !ipv6)
    return {finding.check, Health::problem, "it can reach no group: it has no broadcast address, and no IPv6 multicast",
            "Give it an address, or name another one with --interface."};
  const Heard heard = speak_and_listen(link);
  std::string deaf;
  if (ipv4 && !heard.ipv4) deaf = "IPv4 broadcast";
  if (ipv6 && !heard.ipv6) deaf += std::string(deaf.empty() ? "" : " and ") + "IPv6 multicast";
  if (deaf.empty()) {
    finding.what = std::string("this machine hears itself by ") + (ipv4 ? "IPv4 broadcast" : "") +
                   (ipv4 && ipv6 ? " and " : "") + (ipv6 ? "IPv6 multicast" : "");
    return finding;
  }
  return {finding.check, Health::problem, "this machine does not hear itself by " + deaf,
          "A firewall is the usual reason: let UDP ports 8888 to 8904 in and out."};
}

Finding check_buffer(const linux_port::LanSockets& sockets) {
  const int wanted = linux_port::UdpOptions{}.receive_buffer, granted = sockets.receive_buffer();
  const std::string what = std::to_string(granted) + " bytes for what arrives while this program is busy";
  if (granted >= wanted) return {"receive buffer", Health::good, what};
  return {"receive buffer", Health::advice, what + ", and " + std::to_string(wanted) + " were asked for",
          "Bursts may be lost: `sysctl -w net.core.rmem_max=" + std::to_string(wanted) + "` allows more."};
}

Finding check_deafness(const linux_port::LanSockets::Deafness& deaf) {
  const std::string check = "port " + std::to_string(deaf.at.port);
  std::string what = "cannot listen at " + linux_port::to_text(deaf.at) + ": " + deaf.why.message();
  if (deaf.why != std::errc::address_in_use)
    return {check, Health::problem, what, "See `ip address`, and whether a firewall or a sandbox forbids it."};
  const std::string holders = holders_of_udp_port(deaf.at.port);
  what += holders.empty() ? "" : ", by " + holders;
  if (deaf.to_unicast)
    return {check, Health::advice, what,
            "Only one program a host hears what boards send to this address unasked; end the other if this one shall."};
  return {check, Health::problem, what, "That program does not share the port: end it, or tell it to use another."};
}

// The inodes of all UDP sockets with this local port.
std::set<std::string> inodes_at(std::uint16_t port) {
  std::set<std::string> inodes;
  for (const char* table : {"/proc/net/udp", "/proc/net/udp6"}) {
    std::ifstream lines(table);
    std::string line;
    std::getline(lines, line);  // the heading
    while (std::getline(lines, line)) {
      // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
      std::istringstream words(line);
      std::vector<std::string> word(10);
      for (std::string& one : word) words >> one;
      const auto colon = word[1].rfind(':');
      if (colon == std::string::npos || word[9].empty()) continue;
      if (std::strtoul(word[1].c_str() + colon + 1, nullptr, 16) == port) inodes.insert(word[9]);
    }
  }
  return inodes;
}

bool has_one_of(const std::filesystem::path& process, const std::set<std::string>& inodes) {
  std::error_code error;
  for (std::filesystem::directory_iterator fd(process / "fd", error), end; !error && fd != end; fd.increment(error)) {
    std::error_code gone;
    const std::string what = std::filesystem::read_symlink(fd->path(), gone).string();
    if (what.starts_with("socket:[") && inodes.contains(what.substr(8, what.size() - 9))) return true;
  }
  return false;
}

}  // namespace

Finding check_mdns() {
  const std::error_code why = host::check_avahi();
  if (!why) return {"multicast dns", Health::good, "avahi-daemon runs"};
  return {
      "multicast dns", Health::advice, why.message(),
      "Install and start avahi-daemon (`apt install avahi-daemon`): USMP servers here are announced through it, and "
      "`tacit find` asks it. The UDP query works without."};
}

NamedKey check_key_file(const std::optional<std::string>& path, std::span<const host::KeyKind> wanted) {
  if (!path)
    return {std::nullopt,
            {"key file", Health::problem, "none is named",
             "Name one with --key-file, TACIT_KEY_FILE, or key_file in a context; `tacit key gen` makes one."}};
  auto file = host::read_key_file(*path, wanted);
  if (!file) return {std::nullopt, {"key file", Health::problem, file.error().what, file.error().next_step}};
  Finding finding{.check = "key file", .what = *path + ": fingerprint " + host::fingerprint(file->key)};
  if (file->others_can_read)
    finding = {"key file", Health::problem, *path + ": other users can read this key",
               "`chmod 600 " + *path + "`; if somebody may have read it, make a new one with `tacit key gen`."};
  return {*std::move(file), std::move(finding)};
}

Findings check_sockets(const host::Key& key, const std::vector<std::string>& interfaces) try {
  asio::io_context io;
  host::Nomq::Options options;
  options.interfaces = interfaces;
  const host::Nomq node(io.get_executor(), key, options);
  const linux_port::LanSockets& sockets = node.sockets();
  Findings findings;
  if (sockets.interfaces().empty())
    findings.push_back({"interfaces", Health::problem, "none of those that were named is up",
                        "`ip -br link` lists them; name another one with --interface."});
  for (const auto& link : sockets.interfaces()) findings.push_back(check_interface(link));
  for (const auto& deaf : sockets.deaf_at()) findings.push_back(check_deafness(deaf));
  findings.push_back(check_buffer(sockets));
  return findings;
} catch (const std::system_error& error) {
  return {{"sockets", Health::problem, error.what(),
           "Ports 8890 to 8904 may all be taken (`ss -lunp`), or this process may open no sockets."}};
}

std::string holders_of_udp_port(std::uint16_t port) {
  const auto inodes = inodes_at(port);
  std::string holders;
  std::error_code error;
  for (std::filesystem::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    const std::string pid = it->path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos || !has_one_of(it->path(), inodes)) continue;
    std::string name;
    std::getline(std::ifstream(it->path() / "comm"), name);
    holders += (holders.empty() ? "" : ", ") + name + " (pid " + pid + ")";
  }
  return holders;
}

}  // namespace tacit::app
