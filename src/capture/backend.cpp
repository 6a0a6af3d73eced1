#include "capture/backend.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace rustcam {
namespace {

/// Every name that some build of the program knows.
constexpr std::array<std::string_view, 5> known_names{"dda", "x11", "wayland", "portal", "virtual"};

std::string quoted(std::string_view name) {
  return '"' + std::string(name) + '"';
}

const Backend& automatic_backend() {
  std::string reasons;
  for (const Backend* backend : backends()) {
    if (!backend->automatic) continue;
    const Support support = backend->probe();
    if (support.available) return *backend;
    reasons += std::string(backend->name) + ": " + support.reason + "; ";
  }
  if (reasons.empty()) reasons = "this build has no back end for one; ";
  // A back end's own advice may name it already.
  const bool named = reasons.find("--backend virtual") != std::string::npos;
  throw CaptureError("there is no screen to capture: " + reasons +
                     (named ? "the virtual display needs none" : "--backend virtual needs none"));
}

}  // namespace

std::vector<std::string> backend_names() {
  return {known_names.begin(), known_names.end()};
}

const Backend& find_backend(std::string_view name) {
  if (name == "auto") return automatic_backend();
  const auto list = backends();
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const Backend* b) { return b->name == name; });
  if (found != list.end()) {
    const Support support = (*found)->probe();
    if (!support.available)
      throw CaptureError("the back end " + std::string(name) +
                         " cannot run here: " + support.reason);
    return **found;
  }
  if (std::find(known_names.begin(), known_names.end(), name) != known_names.end()) {
    std::string others;
    for (const Backend* backend : list)
      others += (others.empty() ? "" : ", ") + std::string(backend->name);
    throw CaptureError("the back end " + std::string(name) +
                       " is not part of this build; use --backend auto or one of: " + others);
  }
  std::string names = "auto";
  for (const std::string_view known : known_names) names += ", " + std::string(known);
  throw UsageError("unknown back end " + quoted(name) + "; there are: " + names);
}

}  // namespace rustcam
