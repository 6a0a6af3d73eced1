#include "base/rational.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace rustcam {
namespace {

constexpr std::int64_t max_rate = 1000;

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Rational> checked_rate(std::int64_t num, std::int64_t den) {
  if (num <= 0 || den <= 0) return std::nullopt;
  if (num > max_rate * den || den > max_rate * num) return std::nullopt;
  return make_rational(num, den);
}

}  // namespace

Rational make_rational(std::int64_t num, std::int64_t den) {
  if (num <= 0 || den <= 0) throw std::invalid_argument("a rate must be positive");
  const std::int64_t divisor = std::gcd(num, den);
  return {num / divisor, den / divisor};
}

std::optional<Rational> parse_rate(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 7> ntsc{{
      {"23.976", 24},
      {"23.98", 24},
      {"29.97", 30},
      {"47.952", 48},
      {"59.94", 60},
      {"119.88", 120},
      {"239.76", 240},
  }};
  for (const auto& [decimal, whole] : ntsc)
    if (text == decimal) return make_rational(whole * 1000, 1001);

  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const auto num = parse_integer(text.substr(0, slash));
    const auto den = parse_integer(text.substr(slash + 1));
    if (!num || !den) return std::nullopt;
    return checked_rate(*num, *den);
  }
  if (const auto dot = text.find('.'); dot != std::string_view::npos) {
    const std::string_view decimals = text.substr(dot + 1);
    if (decimals.empty() || decimals.size() > 6) return std::nullopt;
    const auto whole =
        dot == 0 ? std::optional<std::int64_t>(0) : parse_integer(text.substr(0, dot));
    const auto part = parse_integer(decimals);
    if (!whole || !part) return std::nullopt;
    std::int64_t den = 1;
    for (std::size_t i = 0; i < decimals.size(); ++i) den *= 10;
    return checked_rate(*whole * den + *part, den);
  }
  const auto whole = parse_integer(text);
  return whole ? checked_rate(*whole, 1) : std::nullopt;
}

std::string to_string(const Rational& r) {
  return r.den == 1 ? std::to_string(r.num) : std::to_string(r.num) + "/" + std::to_string(r.den);
}

Duration slot_offset(const Rational& rate, std::int64_t n) {
  __extension__ using Wide = __int128;
  const Wide scaled = static_cast<Wide>(n) * rate.den * 1'000'000'000;
  Wide quotient = scaled / rate.num;
  if (scaled < 0 && quotient * rate.num != scaled) --quotient;
  return Duration(static_cast<std::int64_t>(quotient));
}

std::int64_t slots_in(const Rational& rate, double seconds) {
  return std::max<std::int64_t>(1, std::llround(seconds * rate.value()));
}

}  // namespace rustcam
