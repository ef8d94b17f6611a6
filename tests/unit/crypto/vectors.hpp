#pragma once
#include <map>
#include <string>
#include <vector>

#include "tacit/base/bytes.hpp"

// The published vectors in spec/vectors/crypto: lines `key: value`, values in hexadecimal unless they are words,
// cases apart by an empty line, `#` in front of a comment. What is missing or malformed throws, and so fails the test.
namespace tacit::test {

using Buffer = std::vector<std::uint8_t>;

class Vector {
 public:
  void add(const std::string& line);
  bool empty() const { return fields_.empty(); }

  bool has(const std::string& key) const { return fields_.contains(key); }
  std::string text(const std::string& key) const;
  Buffer bytes(const std::string& key) const;
  std::size_t number(const std::string& key) const { return std::stoul(text(key)); }

 private:
  std::map<std::string, std::string> fields_;
};

std::vector<Vector> read_vectors(const std::string& file);

Buffer from_hex(const std::string& digits);
Buffer buffer_of(Bytes bytes);

}  // namespace tacit::test
