// Finds repetitions in the filtered rows of an rgb picture, for deflate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "media/deflate_codes.h"

namespace rustcam {

/// Goes through whole rows, each a filter's number and `row_bytes` - 1 bytes of pixels, from the
/// first to the last. A match begins and ends with a pixel and stays in its row: a screen repeats
/// pixels, so two of three places need not be looked at, and what repeats is mostly found where the
/// last match found it, one pixel before, or in the row above. Two hash tables know where else: one
/// of short stretches, and one of stretches so long that they are hardly found in a wrong place.
class MatchFinder {
 public:
  /// `rows` must outlive it.
  MatchFinder(std::span<const std::uint8_t> rows, std::size_t row_bytes);

  /// Only makes the row that begins at `row` known to those that follow.
  void remember_row(std::size_t row);
  /// Appends what the row that begins at `row` becomes, and makes it known.
  void find(std::size_t row, std::vector<deflate::Token>& tokens);

 private:
  /// The newest place of each key, plus one; 0 for none.
  using Table = std::vector<std::uint32_t>;
  struct Match {
    std::size_t length = 0;
    std::size_t distance = 0;
    int worth = 0;  ///< bits saved, roughly
  };

  void remember(std::size_t at) noexcept;
  void remember_within(std::size_t from, std::size_t to) noexcept;
  void recall(std::size_t distance) noexcept;
  std::size_t common(std::size_t at, std::size_t distance) const noexcept;
  void consider(std::size_t at, std::size_t distance, int cost, Match& best) const noexcept;
  Match best(std::size_t at) const noexcept;

  const std::uint8_t* bytes_;
  std::size_t size_;
  std::size_t row_bytes_;
  std::size_t end_ = 0;                  ///< of the row
  std::size_t misses_ = 0;               ///< pixels since the last match
  std::array<std::size_t, 3> recent_{};  ///< distances, the last one first
  Table short_;
  Table long_;
};

}  // namespace rustcam
