#include "media/faststart.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <ios>
#include <limits>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "media/big_endian.h"
#include "media/mp4_boxes.h"
#include "platform/file.h"

namespace rustcam {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t copied_at_once = std::int64_t{4} << 20;

fs::path to_path(const std::string& utf8) {
  return fs::path(std::u8string(utf8.begin(), utf8.end()));
}

std::string to_utf8(const fs::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

/// A part of a file.
struct Stretch {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t size() const noexcept { return end - begin; }
};

class Source {
 public:
  explicit Source(const fs::path& path)
      : in_(path, std::ios::binary), size_(static_cast<std::int64_t>(fs::file_size(path))) {}

  std::int64_t size() const noexcept { return size_; }
  void close() { in_.close(); }
  std::vector<std::byte> read(Stretch part) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(part.size()));
    in_.seekg(part.begin);
    in_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!in_) throw MediaError("it cannot be read back");
    return bytes;
  }

 private:
  std::ifstream in_;
  std::int64_t size_;
};

struct Parts {
  Stretch head;   ///< the file's type
  Stretch data;   ///< what lies between it and the index
  Stretch index;  ///< at the end
};

/// nullopt if the index is in front already. Throws MediaError if this is no finished file.
std::optional<Parts> find_parts(Source& source) {
  constexpr std::int64_t header_bytes = 8;
  constexpr std::int64_t large_header_bytes = 16;
  Parts found;
  for (std::int64_t at = 0; at < source.size();) {
    const auto header = source.read({at, std::min(at + large_header_bytes, source.size())});
    mp4::Reader reader(header);
    auto size = static_cast<std::int64_t>(reader.u32());
    const std::uint32_t type = reader.u32();
    if (size == 1) size = static_cast<std::int64_t>(reader.u64());
    if (size < header_bytes || size > source.size() - at || type == mp4::four_cc("moof"))
      throw MediaError("it was not finished");
    const Stretch box{at, at + size};
    if (type == mp4::four_cc("ftyp")) found.head = box;
    if (type == mp4::four_cc("moov")) found.index = box;
    at = box.end;
  }
  if (found.head.size() == 0 || found.index.size() == 0) throw MediaError("it was not finished");
  if (found.index.begin == found.head.end) return std::nullopt;
  if (found.index.end != source.size()) throw MediaError("its index is not at its end");
  found.data = {found.head.end, found.index.begin};
  return found;
}

/// Adds `shift` to a table of places in the file, which lies in `movie`.
void move_places(std::vector<std::byte>& movie, const mp4::Box& table, std::int64_t shift) {
  const bool large = table.type == mp4::four_cc("co64");
  mp4::Reader reader(table.content);
  reader.skip(4);
  const std::uint32_t count = reader.u32();
  std::byte* at = movie.data() + (table.content.data() - movie.data()) + 8;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t place =
        (large ? reader.u64() : reader.u32()) + static_cast<std::uint64_t>(shift);
    if (!large && place > std::numeric_limits<std::uint32_t>::max())
      throw MediaError("its index has no room for places beyond 4 GB; leave --fragment on");
    if (large) {
      put_big32(std::span<std::byte, 4>(at, 4), static_cast<std::uint32_t>(place >> 32));
      at += 4;
    }
    put_big32(std::span<std::byte, 4>(at, 4), static_cast<std::uint32_t>(place));
    at += 4;
  }
}

void move_all_places(std::vector<std::byte>& movie, mp4::Bytes within, std::int64_t shift) {
  constexpr std::array<std::string_view, 5> parents{"moov", "trak", "mdia", "minf", "stbl"};
  for (const mp4::Box& box : mp4::boxes(within)) {
    if (box.type == mp4::four_cc("stco") || box.type == mp4::four_cc("co64"))
      move_places(movie, box, shift);
    for (const std::string_view parent : parents)
      if (box.type == mp4::four_cc(parent)) move_all_places(movie, box.content, shift);
  }
}

/// The second file, which goes again unless it takes the first one's place.
class Replacement {
 public:
  explicit Replacement(fs::path original) : original_(std::move(original)) {
    fs::path path = original_;
    path += ".faststart";
    for (int number = 2; path_exists(to_utf8(path)); ++number) {
      path = original_;
      path += ".faststart-" + std::to_string(number);
    }
    file_ = File::create(to_utf8(path), false);
    path_ = std::move(path);
    fs::permissions(path_, fs::status(original_).permissions());
  }
  ~Replacement() {
    file_ = File();
    if (!path_.empty()) remove_file(to_utf8(path_));
  }
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  void set_space_aside(std::int64_t bytes) { file_.reserve(0, bytes); }
  void append(std::span<const std::byte> bytes) {
    file_.write_at(end_, bytes);
    end_ += static_cast<std::int64_t>(bytes.size());
  }
  void take_the_place() {
    file_.sync();
    file_.close();
    fs::rename(path_, original_);
    path_.clear();
  }

 private:
  fs::path original_;
  fs::path path_;
  File file_;
  std::int64_t end_ = 0;
};

/// False if it was given up.
bool rewrite(const fs::path& path, const std::function<bool()>& given_up) {
  Source source(path);
  const auto parts = find_parts(source);
  if (!parts) return true;
  std::vector<std::byte> movie = source.read(parts->index);
  move_all_places(movie, movie, parts->index.size());

  const auto room = free_space(to_utf8(path));
  if (room && *room < source.size())
    throw DiskFull("the disk has no room for a second one of " +
                   std::to_string(source.size() >> 20) + " MB");
  Replacement second(path);
  second.set_space_aside(source.size());
  second.append(source.read(parts->head));
  second.append(movie);
  for (std::int64_t at = parts->data.begin; at < parts->data.end; at += copied_at_once) {
    if (given_up()) return false;
    second.append(source.read({at, std::min(at + copied_at_once, parts->data.end)}));
  }
  source.close();  // Windows replaces no open file
  second.take_the_place();
  return true;
}

}  // namespace

std::optional<std::string> put_index_first(const std::string& path,
                                           const std::function<bool()>& given_up) {
  try {
    // What a link names is replaced, not the link.
    if (rewrite(fs::canonical(to_path(path)), given_up)) return std::nullopt;
    return "a signal came first";
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace rustcam
