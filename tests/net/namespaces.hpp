#pragma once
#include <array>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "tacit/port/linux/file.hpp"

// Hosts of a LAN that exist only in this process: network namespaces joined by a bridge. They have no names and live
// no longer than the process, so a test that crashes leaves nothing behind.
namespace tacit::net {

// Why no namespace can be made here; empty where they can. Tests say so by GTEST_SKIP() << why_no_namespaces().
const std::string& why_no_namespaces();

// One network stack. What a thread opens inside it belongs to it for ever; starting a program inside it works too.
class Namespace {
 public:
  Namespace();

  // Runs `work` on this host's network, and comes back.
  template <class Work> auto inside(Work work) const -> std::invoke_result_t<Work> {
    const Visit visit(*this);
    return work();
  }

  std::string path() const;               // for `ip ... netns PATH`
  void ip(const std::string& arguments);  // runs the command `ip` inside; throws where it fails

  // Until `ip` says this about an interface ("state UP"); throws where it does not within some seconds.
  void wait_for_link(const std::string& interface, const std::string& state);

 private:
  class Visit {
   public:
    explicit Visit(const Namespace&);
    ~Visit();
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
  };
  linux_port::File file_;
};

// Host number n (from 0) has eth0 with 10.77.0.(n+1)/24 and fe80::(n+1)/64, both usable at once, and no default
// route. A host can be unplugged.
class Lan {
 public:
  explicit Lan(std::size_t hosts);

  std::size_t size() const { return hosts_.size(); }
  Namespace& host(std::size_t n) const { return *hosts_.at(n); }
  static std::string ipv4(std::size_t n) { return "10.77.0." + std::to_string(n + 1); }
  static std::string link_local(std::size_t n) { return "fe80::" + std::to_string(n + 1); }

  void unplug(std::size_t n);  // the cable
  void plug_in(std::size_t n);
  void take_down(std::size_t n);  // the interface, by its administrator
  void bring_up(std::size_t n);
  void remove_interface(std::size_t n);  // the network card, and its addresses with it
  void add_interface(std::size_t n);

  // Gives a host of another LAN a second interface, in this one.
  void connect(Namespace& host, const std::string& interface, const std::string& ipv4);

 private:
  void wait_until_ready(std::size_t n);

  Namespace bridge_;
  std::vector<std::unique_ptr<Namespace>> hosts_;
};

}  // namespace tacit::net
