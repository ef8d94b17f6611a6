#include "tacit/host/reason_error.hpp"

#include <string>

#include "tacit/base/require.hpp"
#include "tacit/host/reasons.hpp"

namespace tacit {
namespace host {
namespace {

// Zero is success to an error_code, and truncated to a Reason.
constexpr int first = 1;

class ReasonCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "tacit"; }
  std::string message(int value) const override {
    if (value < first || value >= first + static_cast<int>(reason_count)) return "no reason";
    const Explanation& about = explain(static_cast<Reason>(value - first));
    return std::string(about.name) + ": " + std::string(about.sentence);
  }
};

}  // namespace

const std::error_category& reason_category() {
  static const ReasonCategory category;
  return category;
}

bool is_reason(const std::error_code& error) { return error.category() == reason_category(); }

Reason reason_of(const std::error_code& error) {
  require(is_reason(error) && error.value() >= first && error.value() < first + static_cast<int>(reason_count));
  return static_cast<Reason>(error.value() - first);
}

}  // namespace host

std::error_code make_error_code(Reason reason) {
  return {static_cast<int>(reason) + host::first, host::reason_category()};
}

}  // namespace tacit
