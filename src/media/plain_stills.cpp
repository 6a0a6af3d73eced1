#include "media/plain_stills.h"

#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "media/big_endian.h"

namespace rustcam {
namespace {

using Bytes = std::vector<std::uint8_t>;

void append(Bytes& out, std::string_view text) {
  for (const char c : text) out.push_back(static_cast<std::uint8_t>(c));
}

void append_bytes(Bytes& out, const std::uint8_t* bytes, std::size_t count) {
  const std::size_t at = out.size();
  out.resize(at + count);
  std::memcpy(out.data() + at, bytes, count);
}

void append_rows(Bytes& out, const ConstImageView& picture) {
  for (int plane = 0; plane < plane_count(picture.format); ++plane) {
    const Size size = plane_size(picture.format, plane, picture.size);
    const auto bytes = static_cast<std::size_t>(size.width) *
                       static_cast<std::size_t>(bytes_per_sample(picture.format, plane));
    const auto& p = picture.planes[static_cast<std::size_t>(plane)];
    for (std::int32_t y = 0; y < size.height; ++y) append_bytes(out, p.row(y), bytes);
  }
}

void little(Bytes& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i) & 0xff));
}

struct Rgb {
  std::uint8_t r = 0;
  std::uint8_t g = 0;
  std::uint8_t b = 0;
  friend bool operator==(const Rgb&, const Rgb&) = default;
};

/// The chunks of the QOI specification, for opaque pixels.
class QoiEncoder {
 public:
  explicit QoiEncoder(Bytes& out) : out_(out) {}

  void put(Rgb pixel) {
    if (pixel == last_) {
      constexpr int longest_run = 62;
      if (++run_ == longest_run) end_run();
      return;
    }
    end_run();
    const std::size_t slot =
        static_cast<std::size_t>(pixel.r * 3 + pixel.g * 5 + pixel.b * 7 + 255 * 11) % seen_.size();
    if (filled_[slot] && seen_[slot] == pixel) {
      out_.push_back(static_cast<std::uint8_t>(slot));
    } else {
      seen_[slot] = pixel;
      filled_[slot] = true;
      put_difference(pixel);
    }
    last_ = pixel;
  }

  void end_run() {
    if (run_ > 0) out_.push_back(static_cast<std::uint8_t>(0xc0 | (run_ - 1)));
    run_ = 0;
  }

 private:
  void put_difference(Rgb pixel) {
    const auto wrapped = [](int d) { return int{static_cast<std::int8_t>(d)}; };
    const int r = wrapped(pixel.r - last_.r);
    const int g = wrapped(pixel.g - last_.g);
    const int b = wrapped(pixel.b - last_.b);
    const auto within = [](int v, int low, int high) { return v >= low && v <= high; };
    if (within(r, -2, 1) && within(g, -2, 1) && within(b, -2, 1)) {
      out_.push_back(static_cast<std::uint8_t>(0x40 | (r + 2) << 4 | (g + 2) << 2 | (b + 2)));
    } else if (within(g, -32, 31) && within(r - g, -8, 7) && within(b - g, -8, 7)) {
      out_.push_back(static_cast<std::uint8_t>(0x80 | (g + 32)));
      out_.push_back(static_cast<std::uint8_t>((r - g + 8) << 4 | (b - g + 8)));
    } else {
      for (const std::uint8_t byte : {std::uint8_t{0xfe}, pixel.r, pixel.g, pixel.b})
        out_.push_back(byte);
    }
  }

  Bytes& out_;
  std::array<Rgb, 64> seen_{};
  std::array<bool, 64> filled_{};
  Rgb last_;
  int run_ = 0;
};

}  // namespace

Bytes write_raw(const ConstImageView& picture) {
  Bytes out;
  out.reserve(static_cast<std::size_t>(packed_bytes(picture.format, picture.size)));
  append_rows(out, picture);
  return out;
}

Bytes write_ppm(const ConstImageView& picture) {
  Bytes out;
  append(out, "P6\n" + std::to_string(picture.width()) + " " + std::to_string(picture.height()) +
                  "\n255\n");
  append_rows(out, picture);
  return out;
}

Bytes write_bmp(const ConstImageView& picture) {
  constexpr std::uint32_t file_header = 14;
  constexpr std::uint32_t info_header = 40;
  constexpr std::uint32_t dots_per_metre = 2835;
  const auto row = static_cast<std::size_t>(picture.width()) * 3;
  const std::size_t padded = (row + 3) / 4 * 4;
  const auto data = static_cast<std::uint32_t>(padded * static_cast<std::size_t>(picture.height()));
  Bytes out;
  out.reserve(file_header + info_header + data);
  append(out, "BM");
  little(out, file_header + info_header + data, 4);
  little(out, 0, 4);
  little(out, file_header + info_header, 4);
  little(out, info_header, 4);
  little(out, static_cast<std::uint32_t>(picture.width()), 4);
  little(out, static_cast<std::uint32_t>(picture.height()), 4);
  little(out, 1, 2);
  little(out, 24, 2);
  little(out, 0, 4);
  little(out, data, 4);
  little(out, dots_per_metre, 4);
  little(out, dots_per_metre, 4);
  little(out, 0, 4);
  little(out, 0, 4);
  for (std::int32_t y = picture.height() - 1; y >= 0; --y) {
    append_bytes(out, picture.row(y), row);
    out.resize(out.size() + padded - row);
  }
  return out;
}

Bytes write_qoi(const ConstImageView& picture) {
  constexpr std::uint8_t channels = 3;
  constexpr std::uint8_t srgb = 0;
  Bytes out;
  append(out, "qoif");
  append_big32(out, static_cast<std::uint32_t>(picture.width()));
  append_big32(out, static_cast<std::uint32_t>(picture.height()));
  out.push_back(channels);
  out.push_back(srgb);
  QoiEncoder encoder(out);
  for (std::int32_t y = 0; y < picture.height(); ++y) {
    const std::uint8_t* p = picture.row(y);
    for (std::int32_t x = 0; x < picture.width(); ++x, p += 3) encoder.put({p[0], p[1], p[2]});
  }
  encoder.end_run();
  append_big32(out, 0);
  append_big32(out, 1);
  return out;
}

}  // namespace rustcam
