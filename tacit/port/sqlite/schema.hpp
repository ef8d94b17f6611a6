#pragma once
#include <span>

#include "tacit/port/sqlite/database.hpp"

namespace tacit::sqlite_port {

// What a kind of file looks like, as the steps that lead there from an empty one. A step that was shipped is never
// changed: a file says in `user_version` how many of them it has seen.
struct Schema {
  std::int32_t application_id;  // says in the file what it is
  std::span<const char* const> steps;
};

// Makes an empty file one of this kind, and gives an older one the steps it lacks, all or none of them. A newer one is
// refused as too_new, one of another kind as damaged; both stay as they are.
void bring_up_to_date(Database&, const Schema&);

}  // namespace tacit::sqlite_port
