#include "tacit/host/nomq_memory.hpp"

namespace tacit::host {

using nomq::buckets_for;

NomqMemory::NomqMemory(const nomq::Sizes& of)
    : retained_per_channel_(of.retained_per_channel), channels_(of.channels + of.interests),
      channel_buckets_(buckets_for(of.channels + of.interests)), own_(of.channels), interests_(of.interests),
      interest_buckets_(buckets_for(of.interests)), peers_(of.peers), peer_buckets_(buckets_for(2 * of.peers)),
      retained_(of.retained), retained_memory_(of.retained * of.message_bytes), slots_(of.slots),
      slot_buckets_(buckets_for(of.slots)), messages_(of.slots * of.message_bytes), debts_(of.debts),
      debt_buckets_(buckets_for(of.debts)), who_(of.peers), sessions_(of.sessions), traces_(of.traces),
      receipts_(of.receipts), receipt_buckets_(buckets_for(of.receipts)), events_(of.events), answers_(of.answers),
      timers_(of.peers + of.slots + of.receipts + nomq::node_timers), seal_jobs_(of.batch), open_jobs_(of.batch) {}

nomq::Tables NomqMemory::tables() {
  return {channels_,
          channel_buckets_,
          own_,
          interests_,
          interest_buckets_,
          peers_,
          peer_buckets_,
          retained_,
          retained_memory_.bytes(),
          retained_per_channel_,
          {slots_, slot_buckets_, messages_.bytes(), debts_, debt_buckets_, who_},
          {receipts_, receipt_buckets_},
          sessions_,
          traces_,
          events_,
          answers_,
          timers_,
          seal_jobs_,
          open_jobs_};
}

}  // namespace tacit::host
