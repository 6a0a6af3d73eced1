#include "media/png_writer.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <exception>
#include <functional>
#include <span>
#include <string_view>
#include <thread>

#include "base/error.h"
#include "media/png_filter.h"

namespace rustcam {
namespace {

constexpr std::size_t window_bytes = 32 * 1024;
/// A strip that is deflated on its own costs little against its size.
constexpr std::int32_t least_strip_rows = 64;

struct Strip {
  std::vector<std::uint8_t> filtered;
  std::vector<std::uint8_t> deflated;
  uLong adler = 0;
  std::exception_ptr failure;
};

class Deflater {
 public:
  explicit Deflater(std::optional<int> level) {
    constexpr int raw_window_bits = -15;
    constexpr int memory_level = 8;
    constexpr int lazy_level = 4;
    if (deflateInit2(&stream_, level.value_or(lazy_level), Z_DEFLATED, raw_window_bits,
                     memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
      throw MediaError("cannot start zlib");
    constexpr int longest_match = 258;
    if (!level) deflateTune(&stream_, 4, 4, longest_match, 32);
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::vector<std::uint8_t> run(std::span<const std::uint8_t> before,
                                std::span<const std::uint8_t> bytes, bool last) {
    if (!before.empty())
      deflateSetDictionary(&stream_, before.data(), static_cast<uInt>(before.size()));
    constexpr std::size_t flush_bytes = 16;
    std::vector<std::uint8_t> out(deflateBound(&stream_, static_cast<uLong>(bytes.size())) +
                                  flush_bytes);
    stream_.next_in = const_cast<Bytef*>(bytes.data());  // zlib's interface predates const
    stream_.avail_in = static_cast<uInt>(bytes.size());
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(out.size());
    const int result = deflate(&stream_, last ? Z_FINISH : Z_SYNC_FLUSH);
    if (result != (last ? Z_STREAM_END : Z_OK) || stream_.avail_in != 0)
      throw MediaError("zlib failed to compress");
    out.resize(out.size() - stream_.avail_out);
    return out;
  }

 private:
  z_stream stream_{};
};

void for_each_in_threads(std::size_t count, int threads,
                         const std::function<void(std::size_t)>& work) {
  std::vector<std::jthread> pool;
  const auto stride = static_cast<std::size_t>(threads);
  for (std::size_t first = 1; first < stride && first < count; ++first)
    pool.emplace_back([=, &work] {
      for (std::size_t i = first; i < count; i += stride) work(i);
    });
  for (std::size_t i = 0; i < count; i += stride) work(i);
}

void filter_strip(const ConstImageView& picture, std::int32_t top, std::int32_t bottom,
                  Strip& strip) {
  const std::size_t row_bytes = static_cast<std::size_t>(picture.width()) * 3;
  const auto rows = static_cast<std::size_t>(bottom - top);
  strip.filtered.resize(rows * (row_bytes + 1));
  std::vector<std::uint8_t> scratch(filter_scratch_bytes(row_bytes));
  const std::vector<std::uint8_t> zeros(top == 0 ? row_bytes : 0);
  std::span<std::uint8_t> out(strip.filtered);
  for (std::int32_t y = top; y < bottom; ++y) {
    const std::span above(y == 0 ? zeros.data() : picture.row(y - 1), row_bytes);
    filter_row({picture.row(y), row_bytes}, above, out.first(row_bytes + 1), scratch);
    out = out.subspan(row_bytes + 1);
  }
}

class PngBytes {
 public:
  void u32(std::uint64_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
      out_.push_back(static_cast<std::uint8_t>(value >> shift & 0xff));
  }
  void begin(std::string_view type) {
    start_ = out_.size();
    u32(0);
    text(type);
  }
  void end() {
    const std::size_t length = out_.size() - start_ - 8;
    for (std::size_t i = 0; i < 4; ++i)
      out_[start_ + i] = static_cast<std::uint8_t>(length >> (24 - 8 * i) & 0xff);
    u32(crc32(0, out_.data() + start_ + 4, static_cast<uInt>(length + 4)));
  }
  void text(std::string_view t) { out_.insert(out_.end(), t.begin(), t.end()); }
  void byte(int value) { out_.push_back(static_cast<std::uint8_t>(value)); }
  void bytes(std::span<const std::uint8_t> b) { out_.insert(out_.end(), b.begin(), b.end()); }
  void reserve(std::size_t n) { out_.reserve(n); }
  std::vector<std::uint8_t> take() { return std::move(out_); }

 private:
  std::vector<std::uint8_t> out_;
  std::size_t start_ = 0;
};

void write_header(PngBytes& png, Size size) {
  png.text("\x89PNG\r\n\x1a\n");
  png.begin("IHDR");
  png.u32(static_cast<std::uint64_t>(size.width));
  png.u32(static_cast<std::uint64_t>(size.height));
  constexpr int bit_depth = 8;
  constexpr int true_colour = 2;
  for (const int field : {bit_depth, true_colour, 0, 0, 0}) png.byte(field);
  png.end();
  png.begin("sRGB");
  png.byte(0);
  png.end();
}

}  // namespace

std::vector<std::uint8_t> write_png(const ConstImageView& picture, std::optional<int> level,
                                    int threads) {
  const std::int32_t height = picture.height();
  // The number of strips must not depend on the machine, or else the bytes would.
  constexpr std::int32_t most_strips = 16;
  const std::int32_t count = std::clamp(height / least_strip_rows, 1, most_strips);
  std::vector<Strip> strips(static_cast<std::size_t>(count));
  const auto top = [&](std::size_t i) {
    return static_cast<std::int32_t>(static_cast<std::int64_t>(height) *
                                     static_cast<std::int64_t>(i) / count);
  };
  for_each_in_threads(strips.size(), threads, [&](std::size_t i) {
    try {
      filter_strip(picture, top(i), top(i + 1), strips[i]);
    } catch (...) {
      strips[i].failure = std::current_exception();
    }
  });
  for_each_in_threads(strips.size(), threads, [&](std::size_t i) {
    Strip& strip = strips[i];
    try {
      if (strip.failure) return;
      std::span<const std::uint8_t> before;
      if (i > 0) {
        before = strips[i - 1].filtered;
        before = before.last(std::min(before.size(), window_bytes));
      }
      strip.deflated = Deflater(level).run(before, strip.filtered, i + 1 == strips.size());
      strip.adler = adler32(1, strip.filtered.data(), static_cast<uInt>(strip.filtered.size()));
    } catch (...) {
      strip.failure = std::current_exception();
    }
  });

  PngBytes png;
  std::size_t total = 0;
  for (const Strip& s : strips) {
    if (s.failure) std::rethrow_exception(s.failure);
    total += s.deflated.size();
  }
  constexpr std::size_t overhead = 256;
  png.reserve(total + overhead);
  write_header(png, picture.size);
  png.begin("IDAT");
  png.byte(0x78);
  png.byte(0x01);
  uLong adler = 1;
  for (const Strip& s : strips) {
    png.bytes(s.deflated);
    adler = adler32_combine(adler, s.adler, static_cast<z_off_t>(s.filtered.size()));
  }
  png.u32(adler);
  png.end();
  png.begin("IEND");
  png.end();
  return png.take();
}

}  // namespace rustcam
