// The back ends by name.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/backend.h"

namespace rustcam {

struct RegisteredBackend {
  std::string_view name;
  const Backend* backend = nullptr;  ///< null: only other builds of the program have it
};

/// The one table of names: every back end that some build of the program has, in the order in which
/// `auto` tries them (those with a shortfall last). Made by the build (src/capture/CMakeLists.txt);
/// a test program may define its own.
std::span<const RegisteredBackend> registered_backends() noexcept;

/// Those of this build.
std::vector<const Backend*> backends();

/// Every name of the table, "auto" not among them.
std::vector<std::string> backend_names();

/// By name. Throws UsageError for a name that no build knows (naming those that exist),
/// CaptureError for one that this build lacks or that cannot run here, with the reason. "auto": the
/// first available that may be chosen automatically; CaptureError naming screenless_backend() if
/// there is none.
const Backend& find_backend(std::string_view name, const Patience& patience = {});
/// The back end that shows a stimulus on the screen that `name` captures: itself, or the session's
/// own if a dialogue chooses what is captured. Throws as find_backend() does, and Error if it has
/// no screen to show one on.
const Backend& find_presenter(std::string_view name, const Patience& patience);

/// Of all back ends, what Backend::keep_open() returns: to be held as long as a command runs.
std::vector<std::shared_ptr<void>> keep_backends_open();

/// The name of the back end that needs no screen.
std::string_view screenless_backend();

}  // namespace rustcam
