#pragma once
#include <string>

namespace tacit::app::bench {

// A line on standard error that says how far it is, where that is a terminal; elsewhere nothing. Gone when this is.
class Progress {
 public:
  Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  void tell(std::size_t done, std::size_t all, const std::string& name) const;

 private:
  const bool terminal_;
};

}  // namespace tacit::app::bench
