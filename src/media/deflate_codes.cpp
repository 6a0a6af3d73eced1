#include "media/deflate_codes.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <numeric>
#include <utility>

namespace rustcam::deflate {
namespace {

constexpr unsigned longest_code = 15;
constexpr unsigned longest_length_code = 7;

/// A symbol with the bits that follow its code.
struct Extra {
  std::uint16_t symbol = 0;
  std::uint8_t bits = 0;
  std::uint16_t base = 0;
};

constexpr std::array<Extra, longest_match - shortest_match + 1> make_length_table() {
  std::array<Extra, longest_match - shortest_match + 1> table{};
  std::size_t length = 0;
  for (std::uint16_t code = 0; code < 28; ++code) {
    const auto bits = static_cast<std::uint8_t>(code < 8 ? 0 : (code - 4) / 4);
    const auto base = static_cast<std::uint16_t>(length);
    for (std::size_t i = 0; i < std::size_t{1} << bits && length < table.size(); ++i)
      table[length++] = {static_cast<std::uint16_t>(257 + code), bits, base};
  }
  table.back() = {285, 0, static_cast<std::uint16_t>(table.size() - 1)};
  return table;
}
constexpr auto length_table = make_length_table();

Extra length_symbol(std::size_t length) noexcept {
  return length_table[length - shortest_match];
}

Extra distance_symbol(std::size_t distance) noexcept {
  const std::size_t d = distance - 1;
  if (d < 4) return {static_cast<std::uint16_t>(d), 0, static_cast<std::uint16_t>(d)};
  const auto bits = static_cast<unsigned>(std::bit_width(d)) - 2;
  const std::size_t top = d >> bits;  // 2 or 3
  return {static_cast<std::uint16_t>(2 * bits + top), static_cast<std::uint8_t>(bits),
          static_cast<std::uint16_t>(top << bits)};
}

/// A code's bits, the first of which goes out first.
struct Code {
  std::uint16_t bits = 0;
  std::uint8_t length = 0;
};

std::vector<Code> canonical_codes(std::span<const std::uint8_t> lengths) {
  std::array<std::uint32_t, longest_code + 2> next{};
  for (const std::uint8_t length : lengths)
    if (length != 0) ++next[length + 1U];
  for (std::size_t i = 1; i < next.size(); ++i) next[i] = (next[i] + next[i - 1]) << 1;
  std::vector<Code> codes(lengths.size());
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (lengths[i] == 0) continue;
    std::uint32_t code = next[lengths[i]]++;
    std::uint32_t turned = 0;
    for (unsigned bit = 0; bit < lengths[i]; ++bit, code >>= 1) turned = turned << 1 | (code & 1);
    codes[i] = {static_cast<std::uint16_t>(turned), lengths[i]};
  }
  return codes;
}

/// How deep each of the sorted, non-zero weights lies in Huffman's tree, which two queues make.
std::vector<unsigned> tree_depths(const std::vector<std::uint64_t>& weights) {
  const std::size_t n = weights.size();
  std::vector<std::uint64_t> weight(weights);
  std::vector<std::size_t> parent(2 * n - 1);
  weight.reserve(2 * n - 1);
  std::size_t leaf = 0;
  std::size_t inner = n;
  const auto least = [&] {
    const bool take_leaf = leaf < n && (inner >= weight.size() || weight[leaf] <= weight[inner]);
    return take_leaf ? leaf++ : inner++;
  };
  while (weight.size() < 2 * n - 1) {
    const std::size_t a = least();
    const std::size_t b = least();
    parent[a] = parent[b] = weight.size();
    weight.push_back(weight[a] + weight[b]);
  }
  std::vector<unsigned> depth(2 * n - 1);
  for (std::size_t i = 2 * n - 1; i-- > 0;)
    if (i + 1 < 2 * n - 1) depth[i] = depth[parent[i]] + 1;
  depth.resize(n);
  return depth;
}

/// Shortens what is longer than allowed, and lengthens others until the code is complete again.
void limit(std::vector<std::uint32_t>& with_length, unsigned longest) {
  for (std::size_t i = longest + 1; i < with_length.size(); ++i) {
    with_length[longest] += with_length[i];
    with_length[i] = 0;
  }
  std::uint64_t used = 0;
  for (unsigned i = 1; i <= longest; ++i) used += std::uint64_t{with_length[i]} << (longest - i);
  for (; used > std::uint64_t{1} << longest; --used) {
    --with_length[longest];
    unsigned i = longest - 1;
    while (with_length[i] == 0) --i;
    --with_length[i];
    with_length[i + 1] += 2;
  }
}

/// The code lengths of a block's head, run lengths included: 16 repeats the last one, 17 and 18 are
/// zeros.
struct LengthToken {
  std::uint8_t symbol = 0;
  std::uint8_t extra = 0;
  std::uint8_t extra_bits = 0;
};

std::vector<LengthToken> run_lengths(const std::vector<std::uint8_t>& lengths) {
  std::vector<LengthToken> tokens;
  for (std::size_t i = 0; i < lengths.size();) {
    const std::uint8_t value = lengths[i];
    std::size_t run = 1;
    while (i + run < lengths.size() && lengths[i + run] == value) ++run;
    i += run;
    if (value != 0) {
      tokens.push_back({value, 0, 0});
      --run;
    }
    while (run >= 3) {
      const std::size_t most = value != 0 ? 6 : 138;
      const std::size_t part = std::min(run, most);
      if (value != 0)
        tokens.push_back({16, static_cast<std::uint8_t>(part - 3), 2});
      else if (part <= 10)
        tokens.push_back({17, static_cast<std::uint8_t>(part - 3), 3});
      else
        tokens.push_back({18, static_cast<std::uint8_t>(part - 11), 7});
      run -= part;
    }
    for (; run > 0; --run) tokens.push_back({value, 0, 0});
  }
  return tokens;
}

void write_codes(std::span<const std::uint8_t> literals, std::span<const std::uint8_t> distances,
                 BitWriter& out) {
  constexpr std::array<std::uint8_t, 19> order{16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                               11, 4,  12, 3, 13, 2, 14, 1, 15};
  const auto used = [](std::span<const std::uint8_t> lengths, std::size_t least) {
    std::size_t n = lengths.size();
    while (n > least && lengths[n - 1] == 0) --n;
    return n;
  };
  const std::size_t literal_count = used(literals, 257);
  const std::size_t distance_count = used(distances, 1);
  std::vector<std::uint8_t> all(literals.begin(),
                                literals.begin() + static_cast<std::ptrdiff_t>(literal_count));
  all.insert(all.end(), distances.begin(),
             distances.begin() + static_cast<std::ptrdiff_t>(distance_count));
  const std::vector<LengthToken> tokens = run_lengths(all);
  std::array<std::uint32_t, order.size()> frequencies{};
  for (const LengthToken& t : tokens) ++frequencies[t.symbol];
  const std::vector<std::uint8_t> lengths = code_lengths(frequencies, longest_length_code);
  const std::vector<Code> codes = canonical_codes(lengths);
  std::size_t length_count = order.size();
  while (length_count > 4 && lengths[order[length_count - 1]] == 0) --length_count;
  out.put(literal_count - 257, 5);
  out.put(distance_count - 1, 5);
  out.put(length_count - 4, 4);
  for (std::size_t i = 0; i < length_count; ++i) out.put(lengths[order[i]], 3);
  for (const LengthToken& t : tokens) {
    out.put(codes[t.symbol].bits, codes[t.symbol].length);
    out.put(t.extra, t.extra_bits);
  }
}

}  // namespace

void BitWriter::spill() {
  const std::array<std::uint8_t, 4> four{
      static_cast<std::uint8_t>(held_), static_cast<std::uint8_t>(held_ >> 8),
      static_cast<std::uint8_t>(held_ >> 16), static_cast<std::uint8_t>(held_ >> 24)};
  out_.insert(out_.end(), four.begin(), four.end());
  held_ >>= 32;
  held_bits_ -= 32;
}

void BitWriter::align() {
  for (; held_bits_ > 0; held_bits_ -= std::min(held_bits_, 8U), held_ >>= 8)
    out_.push_back(static_cast<std::uint8_t>(held_));
}

void BitWriter::bytes(std::span<const std::uint8_t> bytes) {
  align();
  out_.insert(out_.end(), bytes.begin(), bytes.end());
}

std::vector<std::uint8_t> BitWriter::take() {
  align();
  return std::move(out_);
}

std::vector<std::uint8_t> code_lengths(std::span<const std::uint32_t> frequencies,
                                       unsigned longest) {
  std::vector<std::uint8_t> lengths(frequencies.size());
  std::vector<std::size_t> symbols;
  for (std::size_t i = 0; i < frequencies.size(); ++i)
    if (frequencies[i] != 0) symbols.push_back(i);
  if (symbols.empty()) return lengths;
  if (symbols.size() == 1) {
    lengths[symbols.front()] = 1;
    return lengths;
  }
  std::ranges::stable_sort(symbols, {}, [&](std::size_t s) { return frequencies[s]; });
  std::vector<std::uint64_t> weights(symbols.size());
  std::ranges::transform(symbols, weights.begin(), [&](std::size_t s) { return frequencies[s]; });
  std::vector<std::uint32_t> with_length(std::max<std::size_t>(longest, symbols.size()) + 1);
  for (const unsigned depth : tree_depths(weights)) ++with_length[depth];
  limit(with_length, longest);
  std::size_t next = 0;
  for (unsigned length = longest; length > 0; --length)
    for (std::uint32_t i = 0; i < with_length[length]; ++i)
      lengths[symbols[next++]] = static_cast<std::uint8_t>(length);
  return lengths;
}

void write_block(std::span<const Token> tokens, bool final, BitWriter& out) {
  std::array<std::uint32_t, literal_symbols> literals{};
  std::array<std::uint32_t, distance_symbols> distances{};
  literals[end_of_block] = 1;
  for (const Token& t : tokens) {
    if (t.is_match()) {
      ++literals[length_symbol(t.length()).symbol];
      ++distances[distance_symbol(t.distance()).symbol];
    } else {
      ++literals[t.byte()];
    }
  }
  const std::vector<std::uint8_t> literal_lengths = code_lengths(literals, longest_code);
  const std::vector<std::uint8_t> distance_lengths = code_lengths(distances, longest_code);
  constexpr unsigned dynamic = 2;
  out.put((final ? 1U : 0U) | dynamic << 1, 3);
  write_codes(literal_lengths, distance_lengths, out);

  const std::vector<Code> literal_codes = canonical_codes(literal_lengths);
  const std::vector<Code> distance_codes = canonical_codes(distance_lengths);
  for (const Token& t : tokens) {
    if (!t.is_match()) {
      const Code c = literal_codes[t.byte()];
      out.put(c.bits, c.length);
      continue;
    }
    const Extra length = length_symbol(t.length());
    const Code length_code = literal_codes[length.symbol];
    out.put(length_code.bits | (t.length() - shortest_match - length.base) << length_code.length,
            length_code.length + length.bits);
    const Extra distance = distance_symbol(t.distance());
    const Code distance_code = distance_codes[distance.symbol];
    out.put(distance_code.bits | (t.distance() - 1 - distance.base) << distance_code.length,
            distance_code.length + distance.bits);
  }
  out.put(literal_codes[end_of_block].bits, literal_codes[end_of_block].length);
}

void write_sync_point(BitWriter& out) {
  out.put(0, 3);
  constexpr std::array<std::uint8_t, 4> no_bytes{0, 0, 0xff, 0xff};
  out.bytes(no_bytes);
}

}  // namespace rustcam::deflate
