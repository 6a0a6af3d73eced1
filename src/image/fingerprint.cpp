#include "image/fingerprint.h"

#include <cstddef>
#include <memory>
#include <new>
#include <stdexcept>
#include <vector>

extern "C" {
#include <libavutil/md5.h>
#include <libavutil/mem.h>
}

namespace rustcam {
namespace {

constexpr std::int32_t sparse_rows = 8;
constexpr std::size_t sparse_bytes = 13;

class Md5 {
 public:
  Md5() : state_(av_md5_alloc()) {
    if (!state_) throw std::bad_alloc();
    av_md5_init(state_.get());
  }
  void update(const std::uint8_t* bytes, std::size_t count) {
    av_md5_update(state_.get(), bytes, count);
  }
  Fingerprint finish() {
    Fingerprint digest{};
    av_md5_final(state_.get(), digest.data());
    return digest;
  }

 private:
  struct Free {
    void operator()(AVMD5* p) const noexcept { av_free(p); }
  };
  std::unique_ptr<AVMD5, Free> state_;
};

}  // namespace

Fingerprint fingerprint(const ConstImageView& picture, FingerprintKind kind) {
  if (plane_count(picture.format) != 1)
    throw std::invalid_argument("fingerprints are taken of packed pictures only");
  const auto row_bytes = static_cast<std::size_t>(picture.width()) *
                         static_cast<std::size_t>(bytes_per_sample(picture.format, 0));
  Md5 md5;
  if (kind == FingerprintKind::full) {
    for (std::int32_t y = 0; y < picture.height(); ++y) md5.update(picture.row(y), row_bytes);
    return md5.finish();
  }
  std::vector<std::uint8_t> sample;
  sample.reserve(row_bytes / sparse_bytes + 1);
  for (std::int32_t y = 0; y < picture.height(); y += sparse_rows) {
    sample.clear();
    for (std::size_t i = 0; i < row_bytes; i += sparse_bytes) sample.push_back(picture.row(y)[i]);
    md5.update(sample.data(), sample.size());
  }
  return md5.finish();
}

std::string to_hex(const Fingerprint& f) {
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * f.size());
  for (const std::uint8_t byte : f) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

}  // namespace rustcam
