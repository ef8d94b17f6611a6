#include "app/qr_code.hpp"

#include <qrencode.h>

#include <memory>

namespace tacit::app {
namespace {

// What the library keeps while it works it does not wipe; what it hands out we do.
struct WipeAndFree {
  void operator()(QRcode* code) const {
    wipe({code->data, static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width)});
    QRcode_free(code);
  }
};

}  // namespace

std::optional<QrCode> QrCode::of(std::string_view text) {
  const std::unique_ptr<QRcode, WipeAndFree> code(QRcode_encodeData(
      static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
  if (!code) return std::nullopt;
  QrCode qr;
  qr.size_ = code->width;
  for (int i = 0; i < code->width * code->width; ++i) qr.squares_ += (code->data[i] & 1) != 0 ? '1' : '0';
  return qr;
}

bool QrCode::is_dark(int column, int row) const {
  if (column < 0 || row < 0 || column >= size_ || row >= size_) return false;
  return squares_[static_cast<std::size_t>(row * size_ + column)] == '1';
}

host::SecretString half_blocks(const QrCode& code, bool colours) {
  host::SecretString out;
  for (int row = -QrCode::margin; row < code.size() + QrCode::margin; row += 2) {
    if (colours) out += "\033[38;5;231;48;5;16m";  // white on black, whatever the terminal's own colours are
    for (int column = -QrCode::margin; column < code.size() + QrCode::margin; ++column) {
      const bool above = !code.is_dark(column, row), below = !code.is_dark(column, row + 1);
      out += above && below ? "█" : above ? "▀" : below ? "▄" : " ";
    }
    out += colours ? "\033[0m\n" : "\n";
  }
  return out;
}

host::SecretString svg(const QrCode& code) {
  const std::string side = std::to_string(code.size() + 2 * QrCode::margin);
  host::SecretString out = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )";
  out.append(side).append(" ").append(side).append(R"(" width="360" height="360" shape-rendering="crispEdges">)");
  out.append("\n<path fill=\"#fff\" d=\"M0 0h").append(side).append("v").append(side).append("H0z\"/>\n<path d=\"");
  for (int row = 0; row < code.size(); ++row) {
    for (int column = 0; column < code.size(); ++column) {
      if (!code.is_dark(column, row)) continue;
      int end = column;
      while (code.is_dark(end, row)) ++end;
      const std::string run = std::to_string(end - column);
      out.append("M").append(std::to_string(column + QrCode::margin)).append(" ");
      out.append(std::to_string(row + QrCode::margin)).append("h").append(run).append("v1h-").append(run).append("z");
      column = end;
    }
  }
  return out.append("\"/>\n</svg>\n");
}

}  // namespace tacit::app
