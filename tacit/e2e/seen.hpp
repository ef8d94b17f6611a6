#pragma once
#include "tacit/base/result.hpp"
#include "tacit/e2e/forgotten.hpp"
#include "tacit/e2e/iv.hpp"
#include "tacit/kit/index.hpp"

namespace tacit::e2e {

// The packets that one node has opened or sent. Each is remembered until its own time plus the window has passed, and
// so for up to twice the window; specification section 5. From then on it gives way when more than half of the room is
// taken.
//
// Nothing is forgotten for good. The time of what gives way, because it is over or because there is no more room, is
// Forgotten, and what may have been seen at such a time is refused. So a clock that leaps ahead and comes back opens no
// door, and a memory that is too small costs those packets that come late, and lets none in twice.
class Seen {
 public:
  struct Packet {
    Iv iv{};
    bool own = false;
    Packet* next_in_index = nullptr;
  };
  struct Tables {
    std::span<Packet> packets;   // at least one
    std::span<Packet*> oldest;   // as many
    std::span<Packet*> buckets;  // a power of two of them
  };
  explicit Seen(const Tables&);

  // Whether this one may be taken. Only looks: it may yet turn out to be forged. Gives own and replay for what is
  // known, replay_memory_full and too_old for what may have been forgotten: for want of room, or because it was over.
  Result<Done> look(const Iv&) const;

  // After look(), when it is authentic, or when it is sent.
  void remember(const Iv&, bool own, PacketTime now, PacketSpan past);

 private:
  struct ByIv {
    using Key = Iv;
    static const Iv& key(const Packet& packet) { return packet.iv; }
    // Four bytes of it are random, and only who holds the key can choose them.
    static std::size_t hash(const Iv& iv) {
      std::uint32_t random;
      std::memcpy(&random, iv.data() + 8, sizeof random);
      return random ^ random >> 16;
    }
    static Packet*& next(Packet& packet) { return packet.next_in_index; }
  };

  bool full() const { return used_ == oldest_.size(); }
  void forget_oldest(Reason why);
  void up(std::size_t at);
  void down(std::size_t at);

  Index<Packet, ByIv> index_;
  std::span<Packet*> oldest_;  // a heap of `used_`, the oldest first; then those that are free
  std::size_t used_ = 0;
  Forgotten forgotten_;
};

}  // namespace tacit::e2e
