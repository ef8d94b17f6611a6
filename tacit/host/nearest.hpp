#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::host {

// The known name that was probably meant, or nothing where all of them are entirely different. Counts
// letters that are missing, superfluous, wrong or swapped with their neighbour.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& known);

// "; did you mean port?", or nothing.
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

}  // namespace tacit::host
