#include "base/path_text.h"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace rustcam {
namespace {

/// Where the path's last part begins.
std::size_t name_start(std::string_view path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string_view::npos ? 0 : slash + 1;
}

}  // namespace

std::string ending_of(std::string_view path) {
  const std::size_t dot = path.find_last_of('.');
  if (dot == std::string_view::npos || dot < name_start(path)) return {};
  std::string ending(path.substr(dot + 1));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending;
}

std::string insert_before_ending(const std::string& path, const std::string& part) {
  const std::size_t dot = path.find_last_of('.');
  const bool has_ending = dot != std::string::npos && dot > name_start(path);
  const std::size_t at = has_ending ? dot : path.size();
  return path.substr(0, at) + "-" + part + path.substr(at);
}

}  // namespace rustcam
