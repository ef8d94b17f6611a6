#pragma once
#include <system_error>

#include "tacit/base/reason.hpp"

// A Reason as the error of an asynchronous operation: `if (error == Reason::queue_full)`. Its message is the
// sentence of host/reasons.hpp.
namespace tacit {

std::error_code make_error_code(Reason);

}  // namespace tacit

template <> struct std::is_error_code_enum<tacit::Reason> : std::true_type {};

namespace tacit::host {

const std::error_category& reason_category();
// The Reason in an error of that category; otherwise nothing, as for what Asio or the operating system says.
bool is_reason(const std::error_code&);
Reason reason_of(const std::error_code&);  // only where it is one

}  // namespace tacit::host
