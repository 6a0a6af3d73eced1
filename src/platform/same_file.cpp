#include "platform/same_file.h"

#include <filesystem>
#include <string>
#include <system_error>

namespace rustcam {
namespace {

namespace fs = std::filesystem;

fs::path from_utf8(const std::string& text) {
  return fs::path(std::u8string(text.begin(), text.end()));
}

/// The file that creating `path` makes: links that lead nowhere yet are followed.
fs::path target_of(fs::path path) {
  constexpr int most_links = 40;
  std::error_code error;
  for (int i = 0; i < most_links && fs::is_symlink(fs::symlink_status(path, error)); ++i) {
    const fs::path next = fs::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / next;
  }
  const fs::path absolute = fs::absolute(path, error);
  const fs::path canonical = fs::weakly_canonical(absolute, error);
  return error ? absolute.lexically_normal() : canonical;
}

}  // namespace

bool same_file(const std::string& a, const std::string& b) {
  if (a == b) return true;
  std::error_code error;
  const fs::path first = from_utf8(a);
  const fs::path second = from_utf8(b);
  if (fs::equivalent(first, second, error) && !error) return true;
  return target_of(first) == target_of(second);
}

}  // namespace rustcam
