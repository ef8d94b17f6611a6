#pragma once
#include "tacit/nomq/peer.hpp"

namespace tacit::nomq {

// Who has not yet acknowledged what, and who has. A debt is on its slot's list, and on one of its peer's.
class Debts {
 public:
  struct ByPair {
    using Key = std::pair<const Slot*, const Peer*>;
    static Key key(const Debt& d) { return {d.slot, d.peer}; }
    static std::size_t hash(const Key& key) { return place_hash(key.first) ^ place_hash(key.second) * 31; }
    static Debt*& next(Debt& d) { return d.next_in_index; }
  };

  Debts(std::span<Debt> pool, std::span<Debt*> buckets) : index_(buckets) {
    for (Debt& debt : pool) free_.push_back(debt);
    room_ = pool.size();
  }

  std::size_t room() const { return room_; }
  Debt* find(const Slot& slot, const Peer& peer) const { return index_.find({&slot, &peer}); }
  void prefetch(const Slot& slot, const Peer& peer) const { index_.prefetch({&slot, &peer}); }

  // There is room().
  Debt& add(Slot& slot, List<Debt, BySlot>& of_slot, Peer* peer) {
    Debt& debt = *free_.front();
    --room_;
    List<Debt, ByPeer>::remove(debt);
    debt.slot = &slot;
    debt.peer = peer;
    debt.by = {};
    debt.state = Debt::State::publish_sent;
    debt.repeated = false;
    of_slot.push_back(debt);
    index_.insert(debt);
    return debt;
  }
  void free(Debt& debt) {
    index_.erase(debt);
    List<Debt, BySlot>::remove(debt);
    free_.push_front(debt);
    ++room_;
  }
  // The peer goes on as another entry; null: it is forgotten, and its debt, a closed one, is nobody's.
  void move(Debt& debt, Peer* to) {
    index_.erase(debt);
    List<Debt, ByPeer>::remove(debt);
    debt.peer = to;
    index_.insert(debt);
  }

 private:
  List<Debt, ByPeer> free_;
  Index<Debt, ByPair> index_;
  std::size_t room_ = 0;
};

}  // namespace tacit::nomq
