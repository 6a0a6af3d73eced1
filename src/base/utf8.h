// UTF-8 text, character by character. A character is a code point here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rustcam {

/// False for overlong forms, surrogates, and what lies beyond U+10FFFF, too.
bool is_utf8(std::string_view text) noexcept;
/// Of any text: bytes that begin a character.
std::size_t utf8_length(std::string_view text) noexcept;
/// The first `characters` of it, each whole.
std::string_view utf8_prefix(std::string_view text, std::size_t characters) noexcept;
/// U+FFFD for bytes that are no UTF-8.
std::u32string utf8_decode(std::string_view text);
/// As a person may be shown it, whatever program made it up: characters that steer a terminal or
/// turn the order of text around are written as \u001b, bytes that are no UTF-8 as U+FFFD. Those of
/// `kept` (ASCII) stay as they are.
std::string printable(std::string_view text, std::string_view kept = {});

}  // namespace rustcam
