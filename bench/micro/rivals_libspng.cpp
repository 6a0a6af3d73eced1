// libspng at the same work.
#include <spng.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>

#include "png_workload.h"

namespace rustcam::bench {
namespace {

struct Free {
  void operator()(spng_ctx* c) const { spng_ctx_free(c); }
  void operator()(void* p) const { std::free(p); }
};

struct Settings {
  std::optional<int> level;
  std::optional<int> filters;
};

void check(int status) {
  if (status != 0) throw std::runtime_error(spng_strerror(status));
}

/// libspng takes rows without gaps, as rgb of the measured width has them.
std::size_t write(const ConstImageView& picture, const Settings& settings) {
  const std::unique_ptr<spng_ctx, Free> context(spng_ctx_new(SPNG_CTX_ENCODER));
  check(spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1));
  if (settings.level)
    check(spng_set_option(context.get(), SPNG_IMG_COMPRESSION_LEVEL, *settings.level));
  if (settings.filters)
    check(spng_set_option(context.get(), SPNG_FILTER_CHOICE, *settings.filters));
  spng_ihdr header{};
  header.width = static_cast<std::uint32_t>(picture.width());
  header.height = static_cast<std::uint32_t>(picture.height());
  header.bit_depth = 8;
  header.color_type = SPNG_COLOR_TYPE_TRUECOLOR;
  check(spng_set_ihdr(context.get(), &header));
  const auto row_bytes = static_cast<std::ptrdiff_t>(picture.width()) * 3;
  if (picture.planes[0].stride != row_bytes) throw std::runtime_error("rows have gaps");
  check(spng_encode_image(context.get(), picture.row(0),
                          static_cast<std::size_t>(row_bytes * picture.height()), SPNG_FMT_PNG,
                          SPNG_ENCODE_FINALIZE));
  std::size_t bytes = 0;
  int status = 0;
  const std::unique_ptr<void, Free> png(spng_get_png_buffer(context.get(), &bytes, &status));
  check(status);
  return bytes;
}

PreparePngWriter libspng(const Settings& settings) {
  return [=](const ConstImageView& picture) -> PngWriter {
    return [=] { return write(picture, settings); };
  };
}

[[maybe_unused]] const int registered =
    add_png_writer("libspng", PixelFormat::rgb, libspng({})) +
    add_png_writer("libspng_level1_sub_up", PixelFormat::rgb,
                   libspng({1, SPNG_FILTER_CHOICE_SUB | SPNG_FILTER_CHOICE_UP}));

}  // namespace
}  // namespace rustcam::bench
