// Rates and time bases as exact fractions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace rustcam {

/// A positive fraction in lowest terms, as made by `make_rational`.
struct Rational {
  std::int64_t num = 60;
  std::int64_t den = 1;

  double value() const noexcept { return static_cast<double>(num) / static_cast<double>(den); }
  friend bool operator==(const Rational&, const Rational&) = default;
};

/// `num/den` in lowest terms. Throws std::invalid_argument unless both are positive.
Rational make_rational(std::int64_t num, std::int64_t den);

/// Reads a frame rate: "60", "60000/1001", "29.97" (the NTSC decimals 23.976, 29.97, 47.952, 59.94,
/// 119.88 mean n*1000/1001; other decimals are taken exactly, up to six places). Accepts 1/1000 to
/// 1000 Hz. nullopt for anything else; never throws.
std::optional<Rational> parse_rate(std::string_view text);

/// "60" or "60000/1001".
std::string to_string(const Rational& r);

/// The instant of slot n counted from 0: n * den * 1e9 / num nanoseconds, rounded down, computed
/// from n in 128 bits so that no error accumulates. n may be negative.
Duration slot_offset(const Rational& rate, std::int64_t n);

/// How many slots `seconds` lasts: rounded to the nearest, at least 1.
std::int64_t slots_in(const Rational& rate, double seconds);

}  // namespace rustcam
