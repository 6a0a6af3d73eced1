#include "capture/selection.h"

#include <utility>

#include "base/error.h"
#include "capture/registry.h"

namespace rustcam {
namespace {

/// What to say if `auto` had to take a back end that shows a part of the session only.
std::optional<std::string> shortfall_note(const TargetRequest& request, const Backend& chosen) {
  auto shortfall = request.backend == "auto" ? chosen.shortfall() : std::nullopt;
  if (!shortfall) return std::nullopt;
  std::string why = "this build has no Wayland back end";
  for (const Backend* other : backends())
    if (other != &chosen && other->automatic())
      why = "the back end " + std::string(other->name()) + ": " +
            other->probe(request.patience).reason;
  return *shortfall + " (" + why + "); take another back end with --backend if there is one";
}

std::optional<std::string> hdr_note(const TargetInfo& target) {
  if (!target.hdr.value_or(false) || target.sdr_white_nits) return std::nullopt;
  return target.name +
         " is an HDR desktop, and the system does not tell its SDR white level: 200 nits are "
         "assumed";
}

}  // namespace

Selection select_target(const TargetRequest& request) {
  const auto kept = keep_backends_open();
  const Backend& backend = find_backend(request.backend, request.patience);
  Selection selection;
  selection.patience = request.patience;
  selection.backend = &backend;
  selection.session = backend.choose(request);
  selection.target = selection.session->target();
  if (request.region && request.region->desktop_coordinates) {
    selection.region = pixels_of(request.region->rect, selection.target);
  } else if (request.region) {
    require_inside(request.region->rect, selection.target);
    selection.region = request.region->rect;
  }
  selection.notes = selection.session->notes();
  if (auto note = shortfall_note(request, backend)) selection.notes.push_back(std::move(*note));
  if (auto note = hdr_note(selection.target)) selection.notes.push_back(std::move(*note));
  return selection;
}

}  // namespace rustcam
