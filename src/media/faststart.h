// Puts the index of a finished MP4 or MOV in front of its data.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace rustcam {

/// For players that read a file from its beginning on, over a network. Copies the file into a
/// second one beside it, which is brought to the disk and then takes its place in one step: at
/// every instant there is one whole file of that name. Returns why it was left as it is (no room,
/// `given_up()`, which is asked after every few megabytes, a failing disk); nullopt: done. Throws
/// nothing but std::bad_alloc.
std::optional<std::string> put_index_first(const std::string& path,
                                           const std::function<bool()>& given_up);

}  // namespace rustcam
