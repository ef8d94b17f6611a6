#pragma once
#include <string>

#include "app/outline.hpp"

// The manual: pages for man(1) and one page of Markdown, made from the tree of commands and from sections that
// are written by hand.
namespace tacit::app {

// tacit(1), or tacit-key(1) for a command of the first level, with all that lies below it. `notes` is roff and
// stands before the tables at the end; it may be empty.
std::string man_page(const CommandOutline& command, const CommandOutline& root, const std::string& notes);

// docs/cli.md
std::string markdown_page(const CommandOutline& root);

}  // namespace tacit::app
