#pragma once
#include "tacit/base/result.hpp"
#include "tacit/e2e/topic.hpp"

namespace tacit::e2e {

// A few topic filters in borrowed memory, each in an equal part of it.
class Filters {
 public:
  struct Tables {
    std::span<std::uint16_t> sizes;  // 0: free
    MutBytes texts;
  };
  explicit Filters(const Tables& tables) : sizes_(tables.sizes), texts_(tables.texts) {}

  // Nothing happens where it is there already. Gives bad_topic, too_large, channels_full.
  Result<Done> add(std::string_view filter);
  // Gives unknown_channel.
  Result<Done> remove(std::string_view filter);
  bool match(std::string_view topic) const;

  // From 0; empty where there is none. For who has to subscribe to them.
  std::size_t places() const { return sizes_.size(); }
  std::string_view at(std::size_t place) const;

 private:
  std::size_t text_size() const { return texts_.size() / sizes_.size(); }
  std::optional<std::size_t> find(std::string_view filter) const;

  std::span<std::uint16_t> sizes_;
  MutBytes texts_;
};

}  // namespace tacit::e2e
