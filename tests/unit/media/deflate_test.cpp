#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "media/deflate_codes.h"
#include "media/pixel_matches.h"

using namespace rustcam;
using deflate::Token;

namespace {

using Bytes = std::vector<std::uint8_t>;
using Random = std::mt19937;

std::size_t between(Random& random, std::size_t low, std::size_t high) {
  return std::uniform_int_distribution<std::size_t>(low, high)(random);
}

/// What zlib makes of it.
Bytes inflated(const Bytes& deflated, std::size_t expected) {
  Bytes out(expected + 1);
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, -15) == Z_OK);
  stream.next_in = const_cast<Bytef*>(deflated.data());
  stream.avail_in = static_cast<uInt>(deflated.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  CHECK(stream.avail_in == 0);
  inflateEnd(&stream);
  REQUIRE(result == Z_STREAM_END);
  return out;
}

/// What the tokens say, by the definition.
void expand(const std::vector<Token>& tokens, Bytes& out) {
  for (const Token& t : tokens) {
    if (!t.is_match()) {
      out.push_back(t.byte());
      continue;
    }
    REQUIRE(t.distance() <= out.size());
    for (std::size_t i = 0; i < t.length(); ++i) out.push_back(out[out.size() - t.distance()]);
  }
}

Bytes written(const std::vector<Token>& tokens) {
  deflate::BitWriter out;
  deflate::write_block(tokens, true, out);
  return out.take();
}

}  // namespace

TEST_CASE("code lengths make a complete code within the limit, shorter for what is frequent") {
  const unsigned seed = 20261125;
  CAPTURE(seed);
  Random random(seed);
  for (int round = 0; round < 300; ++round) {
    const bool head = round % 2 == 0;
    const unsigned longest = head ? 7 : 15;
    std::vector<std::uint32_t> frequencies(head ? 19 : 286);
    std::uint32_t a = 1;
    std::uint32_t b = 1;
    for (std::uint32_t& f : frequencies) {
      // Fibonacci's numbers make the deepest tree.
      if (round % 3 == 0) {
        f = a;
        a = std::exchange(b, std::min(a + b, 1U << 30));
      } else if (between(random, 0, 3) != 0) {
        f = static_cast<std::uint32_t>(
            between(random, 0, std::size_t{1} << between(random, 0, 20)));
      }
    }
    const auto lengths = deflate::code_lengths(frequencies, longest);
    std::uint64_t used = 0;
    std::size_t symbols = 0;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      CHECK((lengths[i] == 0) == (frequencies[i] == 0));
      CHECK(lengths[i] <= longest);
      if (lengths[i] == 0) continue;
      ++symbols;
      used += std::uint64_t{1} << (longest - lengths[i]);
      for (std::size_t j = 0; j < i; ++j)
        if (lengths[j] != 0 && frequencies[i] > frequencies[j]) REQUIRE(lengths[i] <= lengths[j]);
    }
    if (symbols > 1) CHECK(used == std::uint64_t{1} << longest);
  }
}

TEST_CASE("a symbol alone gets a bit, and none none") {
  CHECK(deflate::code_lengths(std::vector<std::uint32_t>{0, 9, 0}, 15) == Bytes{0, 1, 0});
  CHECK(deflate::code_lengths(std::vector<std::uint32_t>{0, 0}, 15) == Bytes{0, 0});
}

TEST_CASE("every length and every kind of distance is read back by zlib") {
  std::vector<Token> tokens;
  Random random(3);
  for (std::size_t i = 0; i < deflate::window_bytes; ++i)
    tokens.push_back(Token::literal(static_cast<std::uint8_t>(random())));
  for (std::size_t length = 3; length <= 258; ++length)
    for (const std::size_t distance : {std::size_t{1}, std::size_t{4}, std::size_t{5}, length,
                                       std::size_t{24577}, deflate::window_bytes})
      tokens.push_back(Token::match(length, distance));
  for (std::size_t bits = 0; bits <= 15; ++bits)
    for (const std::size_t distance : {std::size_t{1} << bits, (std::size_t{1} << bits) + 1})
      if (distance <= deflate::window_bytes) tokens.push_back(Token::match(17, distance));
  Bytes truth;
  expand(tokens, truth);
  CHECK(inflated(written(tokens), truth.size()) == truth);
}

TEST_CASE("blocks of one byte, of no match, and several with sync points between them") {
  CHECK(inflated(written({}), 0).empty());
  CHECK(inflated(written({Token::literal(7)}), 1) == Bytes{7});
  CHECK(inflated(written({Token::literal(0), Token::match(258, 1)}), 259) == Bytes(259));
  deflate::BitWriter out;
  deflate::write_block(std::vector<Token>{Token::literal(1), Token::literal(2)}, false, out);
  deflate::write_sync_point(out);
  deflate::write_block(std::vector<Token>{Token::match(4, 2)}, true, out);
  CHECK(inflated(out.take(), 6) == Bytes{1, 2, 1, 2, 1, 2});
}

TEST_CASE("the matches found say the rows again, whatever is in them") {
  const unsigned seed = 11;
  CAPTURE(seed);
  Random random(seed);
  for (int round = 0; round < 200; ++round) {
    const std::size_t width = between(random, 1, round % 10 == 0 ? 4000 : 200);
    const std::size_t row_bytes = 3 * width + 1;
    const std::size_t count = between(random, 1, 40);
    const std::size_t colours = std::size_t{1} << between(random, 0, 8);
    Bytes rows(count * row_bytes);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool repeats = i > 3 * row_bytes / 2 && between(random, 0, 99) < 98;
      rows[i] = static_cast<std::uint8_t>(repeats ? rows[i - 3 * (width / 2)]
                                                  : between(random, 0, colours - 1));
    }
    const std::size_t known = between(random, 0, count - 1) * row_bytes;
    if (known > deflate::window_bytes) continue;
    MatchFinder finder(rows, row_bytes);
    for (std::size_t row = 0; row < known; row += row_bytes) finder.remember_row(row);
    std::vector<Token> tokens;
    for (std::size_t row = known; row < rows.size(); row += row_bytes) finder.find(row, tokens);
    Bytes said(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(known));
    expand(tokens, said);
    REQUIRE(said == rows);
  }
}

TEST_CASE("a line of text that comes again costs next to nothing") {
  Random random(5);
  constexpr std::size_t row_bytes = 3 * 1000 + 1;
  Bytes rows(row_bytes);
  for (std::size_t at = 1; at < row_bytes; ++at)
    rows[at] = static_cast<std::uint8_t>(at <= row_bytes / 2 ? between(random, 0, 1)
                                                             : rows[at - row_bytes / 2]);
  std::vector<Token> once;
  MatchFinder(rows, row_bytes).find(0, once);
  const auto half = std::count_if(once.begin(), once.end(), [](const Token& t) {
    return t.is_match() && t.distance() == row_bytes / 2 && t.length() == 258;
  });
  CHECK(half >= 4);
}
