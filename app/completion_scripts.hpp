#pragma once
#include <string>

#include "app/outline.hpp"

// Completion for three shells, made from the tree of commands, so that it knows what the program knows.
namespace tacit::app {

std::string bash_completion(const CommandOutline& root);
std::string zsh_completion(const CommandOutline& root);
std::string fish_completion(const CommandOutline& root);

}  // namespace tacit::app
