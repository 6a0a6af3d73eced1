#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

namespace rustcam {

namespace {

bool continues(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// How many bytes follow the first of a character; nullopt for a byte that can be no first one.
std::optional<int> followers(unsigned char first) noexcept {
  if (first < 0x80) return 0;
  if (first >= 0xC2 && first < 0xE0) return 1;
  if (first >= 0xE0 && first < 0xF0) return 2;
  if (first >= 0xF0 && first < 0xF5) return 3;
  return std::nullopt;
}

/// Overlong forms, surrogates, and what lies beyond U+10FFFF show in the second byte.
bool may_be_second(unsigned char first, unsigned char second) noexcept {
  return (first != 0xE0 || second >= 0xA0) && (first != 0xED || second < 0xA0) &&
         (first != 0xF0 || second >= 0x90) && (first != 0xF4 || second < 0x90);
}

/// The character that begins at `at`, which goes on to the next; nullopt if there is none, and `at`
/// then goes on past the bytes that looked like one.
std::optional<char32_t> next_character(std::string_view text, std::size_t& at) noexcept {
  const auto first = static_cast<unsigned char>(text[at++]);
  const std::optional<int> count = followers(first);
  if (!count) return std::nullopt;
  char32_t value = *count == 0 ? first : first & (0x3FU >> *count);
  for (int k = 0; k < *count; ++k, ++at) {
    if (at >= text.size() || !continues(text[at])) return std::nullopt;
    const auto next = static_cast<unsigned char>(text[at]);
    if (k == 0 && !may_be_second(first, next)) return std::nullopt;
    value = value << 6 | (next & 0x3FU);
  }
  return value;
}

/// Controls, line and paragraph separators, and what changes the direction of the text around it.
bool steers(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x61C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();)
    if (!next_character(text, at)) return false;
  return true;
}

std::size_t utf8_length(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string_view utf8_prefix(std::string_view text, std::size_t characters) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!continues(text[i]) && count++ == characters) return text.substr(0, i);
  return text;
}

std::u32string utf8_decode(std::string_view text) {
  constexpr char32_t replacement = 0xFFFD;
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) out += next_character(text, at).value_or(replacement);
  return out;
}

std::string printable(std::string_view text, std::string_view kept) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const std::optional<char32_t> c = next_character(text, at);
    if (!c) {
      out += "\xEF\xBF\xBD";
    } else if (steers(*c) && (*c >= 0x80 || kept.find(static_cast<char>(*c)) == kept.npos)) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(*c));
      out += escape.data();
    } else {
      out += text.substr(begin, at - begin);
    }
  }
  return out;
}

}  // namespace rustcam
