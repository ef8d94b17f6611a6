#include "tests/unit/crypto/vectors.hpp"

#include <fstream>
#include <stdexcept>
#include <utility>

namespace tacit::test {

void Vector::add(const std::string& line) {
  const auto colon = line.find(':');
  if (colon == std::string::npos) throw std::runtime_error("not `key: value`: " + line);
  const auto value = line.find_first_not_of(' ', colon + 1);
  fields_[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
}

std::string Vector::text(const std::string& key) const {
  const auto field = fields_.find(key);
  if (field == fields_.end()) throw std::runtime_error("a vector has no " + key);
  return field->second;
}

Buffer Vector::bytes(const std::string& key) const { return from_hex(text(key)); }

std::vector<Vector> read_vectors(const std::string& file) {
  const std::string path = std::string(TACIT_SOURCE_DIR) + "/spec/vectors/crypto/" + file;
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::vector<Vector> vectors;
  Vector current;
  const auto finish = [&] {
    if (!current.empty()) vectors.push_back(std::exchange(current, {}));
  };
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) finish();
    if (!line.empty() && line[0] != '#') current.add(line);
  }
  finish();
  if (vectors.empty()) throw std::runtime_error("no vectors in " + path);
  return vectors;
}

Buffer from_hex(const std::string& digits) {
  if (digits.size() % 2 != 0 || digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw std::runtime_error("not hexadecimal: " + digits);
  }
  Buffer bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

Buffer buffer_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace tacit::test
