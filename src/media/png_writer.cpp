#include "media/png_writer.h"

#include <zlib.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string_view>
#include <thread>
#include <utility>

#include "base/error.h"
#include "image/convert.h"
#include "image/image.h"
#include "media/big_endian.h"
#include "media/deflate_codes.h"
#include "media/pixel_matches.h"
#include "media/png_filter.h"
#include "platform/start_thread.h"

namespace rustcam {
namespace {

/// A strip that is deflated on its own costs little against its size.
constexpr std::int32_t least_strip_rows = 64;
/// The number of strips must not depend on the machine, or else the bytes would.
constexpr std::int32_t most_strips = 16;
/// A block of this many symbols has codes that fit it, and its symbols fit the nearest memory.
constexpr std::size_t block_tokens = 32768;

struct Strip {
  std::vector<std::uint8_t> deflated;
  uLong adler = 0;
  std::size_t bytes = 0;  ///< before deflating
  std::exception_ptr failure;
};

/// Rows of a picture, filtered: those of a strip, behind as many of the rows above as deflate can
/// refer to.
struct FilteredRows {
  std::vector<std::uint8_t> bytes;
  std::size_t begin = 0;      ///< of the strip
  std::size_t row_bytes = 0;  ///< with the filter's number

  std::span<const std::uint8_t> strip() const { return std::span(bytes).subspan(begin); }
};

FilteredRows filter_rows(const ConstImageView& picture, std::int32_t top, std::int32_t bottom) {
  FilteredRows out;
  const std::size_t pixels = static_cast<std::size_t>(picture.width()) * 3;
  out.row_bytes = pixels + 1;
  const auto before =
      std::min(top, static_cast<std::int32_t>(deflate::window_bytes / out.row_bytes));
  out.begin = static_cast<std::size_t>(before) * out.row_bytes;
  const std::int32_t first = top - before;
  // The first row's filter looks at the one above it.
  const std::int32_t seen = std::max(first - 1, 0);
  Image rgb(PixelFormat::rgb, {picture.width(), bottom - seen});
  convert(crop(picture, {0, seen, picture.width(), bottom}), rgb.view());

  out.bytes.resize(static_cast<std::size_t>(bottom - first) * out.row_bytes);
  std::vector<std::uint8_t> scratch(filter_scratch_bytes(pixels));
  const std::vector<std::uint8_t> zeros(pixels);
  std::span<std::uint8_t> rest(out.bytes);
  for (std::int32_t y = first; y < bottom; ++y) {
    const std::uint8_t* above = y == 0 ? zeros.data() : rgb.view().row(y - 1 - seen);
    filter_row({rgb.view().row(y - seen), pixels}, {above, pixels}, rest.first(out.row_bytes),
               scratch);
    rest = rest.subspan(out.row_bytes);
  }
  return out;
}

std::vector<std::uint8_t> deflate_for_screens(const FilteredRows& rows, bool last) {
  MatchFinder finder(rows.bytes, rows.row_bytes);
  for (std::size_t row = 0; row < rows.begin; row += rows.row_bytes) finder.remember_row(row);
  deflate::BitWriter out;
  std::vector<deflate::Token> tokens;
  tokens.reserve(block_tokens + rows.row_bytes);
  for (std::size_t row = rows.begin; row < rows.bytes.size();) {
    finder.find(row, tokens);
    row += rows.row_bytes;
    const bool end = row == rows.bytes.size();
    if (!end && tokens.size() < block_tokens) continue;
    deflate::write_block(tokens, end && last, out);
    tokens.clear();
  }
  if (!last) deflate::write_sync_point(out);
  return out.take();
}

std::vector<std::uint8_t> deflate_with_zlib(const FilteredRows& rows, int level, bool last) {
  z_stream stream{};
  constexpr int raw_window_bits = -15;
  constexpr int memory_level = 8;
  if (deflateInit2(&stream, level, Z_DEFLATED, raw_window_bits, memory_level, Z_DEFAULT_STRATEGY) !=
      Z_OK)
    throw MediaError("cannot start zlib");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, deflateEnd);
  if (rows.begin > 0)
    deflateSetDictionary(&stream, rows.bytes.data(), static_cast<uInt>(rows.begin));
  const std::span<const std::uint8_t> bytes = rows.strip();
  constexpr std::size_t flush_bytes = 16;
  std::vector<std::uint8_t> out(deflateBound(&stream, static_cast<uLong>(bytes.size())) +
                                flush_bytes);
  stream.next_in = const_cast<Bytef*>(bytes.data());  // zlib's interface predates const
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = ::deflate(&stream, last ? Z_FINISH : Z_SYNC_FLUSH);
  if (result != (last ? Z_STREAM_END : Z_OK) || stream.avail_in != 0)
    throw MediaError("zlib failed to compress");
  out.erase(out.begin() + (stream.next_out - out.data()), out.end());
  return out;
}

Strip make_strip(const ConstImageView& picture, std::int32_t top, std::int32_t bottom,
                 std::optional<int> level) {
  Strip strip;
  try {
    const bool last = bottom == picture.height();
    const FilteredRows rows = filter_rows(picture, top, bottom);
    strip.deflated =
        level ? deflate_with_zlib(rows, *level, last) : deflate_for_screens(rows, last);
    strip.bytes = rows.strip().size();
    strip.adler = adler32(1, rows.strip().data(), static_cast<uInt>(strip.bytes));
  } catch (...) {
    strip.failure = std::current_exception();
  }
  return strip;
}

std::vector<Strip> make_strips(const ConstImageView& picture, std::optional<int> level,
                               int threads) {
  const std::int32_t height = picture.height();
  const std::int32_t count = std::clamp(height / least_strip_rows, 1, most_strips);
  std::vector<Strip> strips(static_cast<std::size_t>(count));
  const auto top = [&](std::int32_t i) {
    return static_cast<std::int32_t>(std::int64_t{height} * i / count);
  };
  std::atomic<std::int32_t> next = 0;
  const auto work = [&] {
    for (std::int32_t i = next++; i < count; i = next++)
      strips[static_cast<std::size_t>(i)] = make_strip(picture, top(i), top(i + 1), level);
  };
  std::vector<std::jthread> helpers;
  try {
    for (std::int32_t i = 1; i < std::min(threads, count); ++i)
      helpers.push_back(start_thread(work));
  } catch (const Error&) {  // it goes on with those there are
  }
  work();
  helpers.clear();
  return strips;
}

class PngBytes {
 public:
  void u32(std::uint64_t value) { append_big32(out_, static_cast<std::uint32_t>(value)); }
  void begin(std::string_view type) {
    start_ = out_.size();
    u32(0);
    text(type);
  }
  void end() {
    const std::size_t length = out_.size() - start_ - 8;
    put_big32(std::span<std::uint8_t, 4>(out_.data() + start_, 4),
              static_cast<std::uint32_t>(length));
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
  const std::vector<Strip> strips = make_strips(picture, level, threads);
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
    adler = adler32_combine(adler, s.adler, static_cast<z_off_t>(s.bytes));
  }
  png.u32(adler);
  png.end();
  png.begin("IEND");
  png.end();
  return png.take();
}

}  // namespace rustcam
