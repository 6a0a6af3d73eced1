#include "media/pixel_matches.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace rustcam {
namespace {

using deflate::Token;

constexpr std::size_t pixel = 3;
/// The longest match of whole pixels is deflate's longest as well.
static_assert(deflate::longest_match % pixel == 0);

constexpr unsigned table_bits = 13;
/// Places in a longer match are worth remembering only at its ends.
constexpr std::size_t remembered_bytes = 16 * pixel;
/// After a match of this length nobody looks for a longer one a pixel later.
constexpr std::size_t good_enough = 32 * pixel;
/// So many pixels without a match make the search leave one out, twice as many two, and so on:
/// noise has no matches.
constexpr std::size_t patience = 32;

std::uint64_t load(const std::uint8_t* p) noexcept {
  std::uint64_t v = 0;
  std::memcpy(&v, p, sizeof v);
  return v;
}

constexpr std::size_t word = sizeof(std::uint64_t);
constexpr std::size_t long_key = 3 * word;
constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;
constexpr std::uint64_t other_odd = 0xC2B2AE3D27D4EB4F;

/// Of two pixels and two thirds: what repeats for less saves little.
std::size_t short_slot(const std::uint8_t* p) noexcept {
  return static_cast<std::size_t>(load(p) * odd >> (64 - table_bits));
}

/// Of eight pixels: the same stretch of a screen, not only the same edge of some letter.
std::size_t long_slot(const std::uint8_t* p) noexcept {
  const std::uint64_t mixed = (load(p) * odd ^ load(p + word)) * other_odd ^ load(p + 2 * word);
  return static_cast<std::size_t>(mixed * odd >> (64 - table_bits));
}

/// GCC 12's std::bit_width() does not return int yet.
int bit_count(std::size_t n) noexcept {
  return static_cast<int>(std::bit_width(n));
}

// What a match costs, in bits: the code of its length, and what its distance takes beyond the
// cheapest.
constexpr int length_bits = 5;
constexpr int familiar_bits = 2;
/// What a byte of it would cost as a literal, on a screen.
constexpr int literal_bits = 3;
/// A match a pixel later must be better by so much, since the pixel has to be written out.
constexpr int worth_waiting = 2;

}  // namespace

MatchFinder::MatchFinder(std::span<const std::uint8_t> rows, std::size_t row_bytes)
    : bytes_(rows.data()),
      size_(rows.size()),
      row_bytes_(row_bytes),
      short_(std::size_t{1} << table_bits),
      long_(std::size_t{1} << table_bits) {}

void MatchFinder::remember_row(std::size_t row) {
  for (std::size_t at = row + 1; at < row + row_bytes_; at += pixel) remember(at);
}

void MatchFinder::find(std::size_t row, std::vector<Token>& tokens) {
  const auto literals = [&](std::size_t from, std::size_t to) {
    for (; from < to; ++from) tokens.push_back(Token::literal(bytes_[from]));
  };
  literals(row, row + 1);
  end_ = row + row_bytes_;
  Match next;
  bool known = false;
  for (std::size_t at = row + 1; at < end_;) {
    const Match here = known ? next : best(at);
    known = false;
    remember(at);
    if (here.worth <= 0) {
      const std::size_t skipped = std::min(end_ - at, (1 + misses_++ / patience) * pixel);
      literals(at, at + skipped);
      at += skipped;
      continue;
    }
    misses_ = 0;
    if (here.length < good_enough && at + pixel < end_) {
      next = best(at + pixel);
      known = next.worth > here.worth + worth_waiting;
    }
    if (known) {
      literals(at, at + pixel);
      at += pixel;
      continue;
    }
    tokens.push_back(Token::match(here.length, here.distance));
    recall(here.distance);
    remember_within(at + pixel, at + here.length);
    at += here.length;
  }
}

void MatchFinder::remember(std::size_t at) noexcept {
  if (at + long_key > size_) return;
  const auto place = static_cast<std::uint32_t>(at + 1);
  short_[short_slot(bytes_ + at)] = place;
  long_[long_slot(bytes_ + at)] = place;
}

void MatchFinder::remember_within(std::size_t from, std::size_t to) noexcept {
  if (to - from <= 2 * remembered_bytes) {
    for (; from < to; from += pixel) remember(from);
    return;
  }
  for (std::size_t i = 0; i < remembered_bytes; i += pixel) remember(from + i);
  for (std::size_t i = remembered_bytes; i > 0; i -= pixel) remember(to - i);
}

void MatchFinder::recall(std::size_t distance) noexcept {
  const auto found = std::ranges::find(recent_, distance);
  const auto last = found == recent_.end() ? recent_.end() - 1 : found;
  std::move_backward(recent_.begin(), last, last + 1);
  recent_.front() = distance;
}

std::size_t MatchFinder::common(std::size_t at, std::size_t distance) const noexcept {
  const std::size_t most = std::min(end_ - at, deflate::longest_match);
  const std::uint8_t* here = bytes_ + at;
  const std::uint8_t* before = here - distance;
  std::size_t n = 0;
  for (; n + word <= most; n += word) {
    const std::uint64_t differing = load(here + n) ^ load(before + n);
    if (differing == 0) continue;
    n += static_cast<std::size_t>(std::countr_zero(differing)) / 8;
    return n - n % pixel;
  }
  while (n < most && here[n] == before[n]) ++n;
  return n - n % pixel;
}

void MatchFinder::consider(std::size_t at, std::size_t distance, int cost,
                           Match& best) const noexcept {
  if (distance == 0 || distance > at || distance > deflate::window_bytes) return;
  const std::size_t length = common(at, distance);
  const int worth = static_cast<int>(length) * literal_bits - cost;
  if (length > 0 && worth > best.worth) best = {length, distance, worth};
}

MatchFinder::Match MatchFinder::best(std::size_t at) const noexcept {
  Match found;
  consider(at, pixel, length_bits, found);
  if (found.length >= good_enough) return found;
  consider(at, row_bytes_, length_bits + familiar_bits + 2, found);
  for (const std::size_t distance : recent_) {
    if (found.length >= good_enough) return found;
    consider(at, distance, length_bits + familiar_bits + bit_count(distance) / 2, found);
  }
  if (at + long_key > size_ || found.length >= good_enough) return found;
  for (const std::uint32_t place :
       {long_[long_slot(bytes_ + at)], short_[short_slot(bytes_ + at)]}) {
    if (place == 0) continue;
    const std::size_t distance = at + 1 - place;
    consider(at, distance, length_bits + familiar_bits + bit_count(distance), found);
  }
  return found;
}

}  // namespace rustcam
