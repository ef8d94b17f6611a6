#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/host/secret_text.hpp"

namespace tacit::app {

// A QR code of a text that may be secret. With 15 % of it unreadable it can still be read.
class QrCode {
 public:
  static constexpr int margin = 4;  // of light squares around it, as the standard asks for

  // Nothing where the text is too long: 2,331 bytes are the most.
  static std::optional<QrCode> of(std::string_view text);

  int size() const { return size_; }        // squares a side, without the margin
  bool is_dark(int column, int row) const;  // false around it

 private:
  int size_ = 0;
  host::SecretString squares_;  // '1' is dark
};

// For a terminal: two rows of squares a line. What is light is drawn, so without colours it is right on a dark
// terminal; with them on every one.
host::SecretString half_blocks(const QrCode&, bool colours);

host::SecretString svg(const QrCode&);

}  // namespace tacit::app
