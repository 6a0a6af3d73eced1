#include "media/still_writer.h"

#include <algorithm>
#include <array>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/path_text.h"
#include "image/convert.h"
#include "image/image.h"
#include "media/lossy_stills.h"
#include "media/plain_stills.h"
#include "media/png_writer.h"

namespace rustcam {
namespace {

struct Name {
  std::string_view name;
  StillFormat format;
};

/// The first name of a format is its own.
constexpr std::array<Name, 8> names{{{"png", StillFormat::png},
                                     {"jpg", StillFormat::jpg},
                                     {"jpeg", StillFormat::jpg},
                                     {"webp", StillFormat::webp},
                                     {"qoi", StillFormat::qoi},
                                     {"bmp", StillFormat::bmp},
                                     {"ppm", StillFormat::ppm},
                                     {"raw", StillFormat::raw}}};

constexpr int default_jpeg_quality = 90;
constexpr int default_webp_quality = 85;

const Image converted(const ConstImageView& picture, PixelFormat format) {
  Image image(format, picture.size);
  convert(picture, image.view());
  return image;
}

void check(const ConstImageView& picture, const StillOptions& options) {
  if (options.quality && (*options.quality < 1 || *options.quality > 100))
    throw UsageError("--quality must be 1 to 100");
  if (options.compression && (*options.compression < 0 || *options.compression > 9))
    throw UsageError("--compression must be 0 to 9");
  const std::int32_t largest = options.format == StillFormat::jpg    ? 65500
                               : options.format == StillFormat::webp ? 16383
                                                                     : 65535;
  if (picture.width() > largest || picture.height() > largest)
    throw MediaError(std::string(name(options.format)) + " takes at most " +
                     std::to_string(largest) + " pixels a side, and this is " +
                     to_string(picture.size) + "; write .png instead");
}

}  // namespace

std::optional<StillFormat> still_format_by_name(std::string_view name) noexcept {
  for (const Name& n : names)
    if (n.name == name) return n.format;
  return std::nullopt;
}

std::optional<StillFormat> still_format_by_ending(std::string_view path) noexcept {
  return still_format_by_name(ending_of(path));
}

std::string_view name(StillFormat format) noexcept {
  for (const Name& n : names)
    if (n.format == format) return n.name;
  return {};
}

std::vector<std::string> still_format_names() {
  std::vector<std::string> own;
  for (const Name& n : names)
    if (name(n.format) == n.name) own.emplace_back(n.name);
  return own;
}

std::vector<std::uint8_t> encode_still(const ConstImageView& picture, const StillOptions& options) {
  check(picture, options);
  switch (options.format) {
    case StillFormat::jpg:
      return write_jpeg(picture, options.quality.value_or(default_jpeg_quality));
    case StillFormat::webp:
      return write_webp(picture, options.quality.value_or(default_webp_quality));
    case StillFormat::qoi:
      return write_qoi(converted(picture, PixelFormat::rgb).view());
    case StillFormat::bmp:
      return write_bmp(converted(picture, PixelFormat::bgr).view());
    case StillFormat::ppm:
      return write_ppm(converted(picture, PixelFormat::rgb).view());
    case StillFormat::raw:
      return write_raw(converted(picture, options.raw_format).view());
    case StillFormat::png:
      break;
  }
  const int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 8U));
  return write_png(picture, options.compression, threads);
}

}  // namespace rustcam
