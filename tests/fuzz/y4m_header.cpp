// The head of a y4m stream, for every size and rate that we write: read back as the format's
// description says, it gives the same values.
#include "media/y4m_header.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>

using namespace rustcam;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// All of `text` as a number without sign or space.
std::int64_t number(const std::string& text) {
  require(!text.empty() && text.find_first_not_of("0123456789") == std::string::npos);
  return std::stoll(text);
}

struct Header {
  Size size;
  Rational fps;
  std::string chroma;
  std::string range;
};

Header read(const std::string& text) {
  require(text.size() > 1 && text.find('\n') == text.size() - 1);
  std::istringstream words(text.substr(0, text.size() - 1));
  std::string word;
  require(static_cast<bool>(words >> word) && word == "YUV4MPEG2");
  Header header;
  while (words >> word) {
    const std::string value = word.substr(1);
    const std::size_t colon = value.find(':');
    if (word[0] == 'W') header.size.width = static_cast<std::int32_t>(number(value));
    if (word[0] == 'H') header.size.height = static_cast<std::int32_t>(number(value));
    if (word[0] == 'C') header.chroma = value;
    if (word[0] == 'F')
      header.fps = {number(value.substr(0, colon)), number(value.substr(colon + 1))};
    if (word.starts_with("XCOLORRANGE=")) header.range = word.substr(12);
  }
  return header;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  struct Input {
    std::uint16_t width;
    std::uint16_t height;
    std::uint32_t num;
    std::uint32_t den;
    std::uint8_t format;
  } input{};
  if (size < sizeof input) return 0;
  std::memcpy(&input, data, sizeof input);
  const auto fps = parse_rate(std::to_string(input.num) + "/" + std::to_string(input.den));
  if (!fps) return 0;
  constexpr PixelFormat formats[]{PixelFormat::gray, PixelFormat::yuv420p, PixelFormat::yuv444p};
  constexpr const char* chromas[]{"mono", "420jpeg", "444"};
  const std::size_t chosen = input.format % 3U;
  const Size picture{1 + input.width % 16384, 1 + input.height % 16384};

  const Header found = read(y4m_header(formats[chosen], picture, *fps));
  require(found.size == picture);
  require(found.fps == *fps);
  require(found.chroma == chromas[chosen]);
  require(found.range == (chosen == 0 ? "FULL" : "LIMITED"));
  return 0;
}
