// Aligned columns for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rustcam::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> head);
  /// As many cells as the head has. They are shown as printable() has them.
  void row(std::vector<std::string> cells);
  /// Two spaces between columns, none at the ends of lines.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// "1.2 MB", "640 bytes": powers of 1000, as file managers show them.
std::string readable_bytes(std::int64_t bytes);

}  // namespace rustcam::cli
