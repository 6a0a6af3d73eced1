#include "media/growing_movie.h"

#include <string_view>

namespace rustcam {
namespace {

constexpr std::size_t spare_box_bytes = 16;

std::vector<std::byte> spare_box(std::string_view type, std::uint64_t large_size) {
  mp4::Writer w;
  w.u32(large_size == 0 ? spare_box_bytes : 1);
  w.u32(mp4::four_cc(type));
  w.u64(large_size);
  return w.out();
}

}  // namespace

void GrowingMovie::begin(std::vector<std::byte>& head, std::span<const std::uint64_t> zeros) {
  mp4::Writer w;
  for (const mp4::Box& box : mp4::boxes(head)) {
    if (box.type == mp4::four_cc("moov"))
      mp4::write_with_edit_lists(w, box.content, zeros);
    else
      w.bytes(box.whole);
  }
  head = w.out();
  for (const mp4::Box& box : mp4::boxes(head)) {
    if (box.type == mp4::four_cc("moov")) head_.assign(box.whole.begin(), box.whole.end());
    if (box.type == mp4::four_cc("ftyp")) spare_box_ = static_cast<std::int64_t>(box.whole.size());
  }
  const std::vector<std::byte> spare = spare_box("free", 0);
  head.insert(head.begin() + spare_box_, spare.begin(), spare.end());
}

void GrowingMovie::finish(MuxOutput& output, std::span<const mp4::Span> spans) const {
  const std::vector<std::byte> movie = mp4::movie_box(head_, samples_, spans);
  const std::int64_t movie_offset = output.committed();
  // Each step is on the disk before the next one, so that the file plays after a crash anywhere.
  output.sync();
  output.write_at(movie_offset, movie);
  output.sync();
  const auto swallowed = static_cast<std::uint64_t>(movie_offset - spare_box_);
  output.write_at(spare_box_, spare_box("mdat", swallowed));
}

}  // namespace rustcam
