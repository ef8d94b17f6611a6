#pragma once
#include <asio/error.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "tacit/host/completion.hpp"

namespace tacit::host {

// What has arrived and nobody has asked for yet, or those who ask and for whom nothing is there: never both.
template <class T> class ReceiveQueue {
 public:
  using Receiver = Completion<std::error_code, T>;

  std::size_t size() const { return state_->values.size(); }

  // True: somebody waited for it and has it.
  bool push(T value) {
    State& s = *state_;
    if (s.receivers.empty()) {
      s.values.push_back(std::move(value));
      return false;
    }
    auto first = s.receivers.extract(s.receivers.begin());
    first.mapped()({}, std::move(value));
    return true;
  }

  // True: one was there, and the receiver has it. One that is cancelled gets operation_aborted, as all do after
  // close().
  bool receive(Receiver receiver) {
    State& s = *state_;
    if (!s.values.empty()) {
      T first = std::move(s.values.front());
      s.values.pop_front();
      receiver({}, std::move(first));
      return true;
    }
    if (s.closed) {
      receiver(asio::error::operation_aborted, {});
      return false;
    }
    const std::uint64_t number = s.next++;
    receiver.on_cancel([weak = std::weak_ptr(state_), number] {
      const auto state = weak.lock();
      if (!state) return;
      if (auto found = state->receivers.extract(number)) found.mapped()(asio::error::operation_aborted, {});
    });
    s.receivers.emplace(number, std::move(receiver));
    return false;
  }

  // What is there can still be received.
  void close() {
    state_->closed = true;
    for (auto& [number, receiver] : std::exchange(state_->receivers, {})) receiver(asio::error::operation_aborted, {});
  }

 private:
  struct State {
    std::deque<T> values;
    std::map<std::uint64_t, Receiver> receivers;
    std::uint64_t next = 0;
    bool closed = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();  // cancelling may come late
};

}  // namespace tacit::host
