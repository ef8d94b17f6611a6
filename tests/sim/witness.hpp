#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tacit/nomq/event.hpp"

namespace tacit::test {

// One run of one member: from its start to its crash.
struct Life {
  unsigned member = 0, run = 0;
  friend auto operator<=>(const Life&, const Life&) = default;
};

// A message as it was published, and what became of it. Its text names it.
struct Fate {
  Life publisher;
  std::string channel, text;
  nomq::Qos qos{};
  bool retain = false;
  bool to_address = false;
  std::uint8_t priority = 0;
  unsigned burst = 0;  // messages published at once
  nomq::Handle handle{};
  std::vector<Life> known;  // who the publisher knew to listen, and who did

  std::set<Life> heard;
  std::map<Life, nomq::PacketId> ids;
  bool ended = false;
};

// Sees all that happens and remembers what should not have.
class Witness {
 public:
  explicit Witness(nomq::AcrossRestart across_restart) : across_restart_(across_restart) {}

  void published(Fate fate);
  void heard(const Life&, const nomq::Message&);
  void ended(const Life& publisher, const nomq::Outcome&);
  void goes_by(nomq::SessionId session, const Life& life) { sessions_.emplace(session, life); }
  // From now on nobody may count on this life (or: for this publisher, or: on this channel).
  void over(const Life& life);
  void unsubscribed(const Life& life, const std::string& channel);
  void lost(const Life& by, nomq::SessionId session);

  // At the end. Every publish of who is still running has ended; higher priority left first.
  void close();

  const Fate* fate(const std::string& text) const;
  bool has_heard(const Life& life, const std::string& text) const;
  void complain(const std::string& what) {
    if (complaints_.size() < 10) complaints_.push_back(what);
  }
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  void check_repetition(const Fate&, const Life&, const nomq::Message&);
  void check_order();
  template <class Which> void forget_known(Which which) {
    for (auto& [text, fate] : fates_)
      if (!fate.ended) std::erase_if(fate.known, [&](const Life& life) { return which(fate, life); });
  }

  nomq::AcrossRestart across_restart_;
  std::map<std::string, Fate> fates_;
  std::map<std::pair<Life, nomq::Handle>, std::string> by_handle_;
  std::map<nomq::SessionId, Life> sessions_;
  std::set<Life> over_;
  std::vector<std::string> complaints_;
};

}  // namespace tacit::test
