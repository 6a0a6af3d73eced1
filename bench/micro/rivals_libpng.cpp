// libpng at the same work.
#include <png.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <vector>

#include "png_workload.h"

namespace rustcam::bench {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Settings {
  std::optional<int> level;
  std::optional<int> filters;
};

[[noreturn]] void fail(png_structp, png_const_charp message) {
  std::fprintf(stderr, "libpng: %s\n", message);
  std::abort();
}

void append(png_structp png, png_bytep data, std::size_t size) {
  auto& out = *static_cast<Bytes*>(png_get_io_ptr(png));
  out.insert(out.end(), data, data + size);
}

std::size_t write(const ConstImageView& picture, const Settings& settings) {
  Bytes out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, fail, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &out, append, nullptr);
  if (settings.level) png_set_compression_level(png, *settings.level);
  if (settings.filters) png_set_filter(png, PNG_FILTER_TYPE_BASE, *settings.filters);
  png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width()),
               static_cast<png_uint_32>(picture.height()), 8, PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
  png_write_info(png, info);
  for (std::int32_t y = 0; y < picture.height(); ++y) png_write_row(png, picture.row(y));
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out.size();
}

PreparePngWriter libpng(const Settings& settings) {
  return [=](const ConstImageView& picture) -> PngWriter {
    return [=] { return write(picture, settings); };
  };
}

[[maybe_unused]] const int registered = add_png_writer("libpng", PixelFormat::rgb, libpng({})) +
                                        add_png_writer("libpng_level1_sub_up", PixelFormat::rgb,
                                                       libpng({1, PNG_FILTER_SUB | PNG_FILTER_UP}));

}  // namespace
}  // namespace rustcam::bench
