#include "capture/target_request.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <system_error>

#include "base/error.h"
#include "capture/backend.h"

namespace rustcam {
namespace {

std::string geometry(const Rect& r) {
  return to_string(r.size()) + "+" + std::to_string(r.left) + "+" + std::to_string(r.top);
}

std::string listing(const std::vector<TargetInfo>& targets) {
  std::string text;
  for (const TargetInfo& t : targets)
    text += (text.empty() ? "" : ", ") + std::to_string(t.index) + " " + t.name + " (" +
            geometry(t.desktop) + ")";
  return text.empty() ? "none" : text;
}

std::optional<int> parse_index(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::vector<TargetInfo> targets_of(const Backend& backend, const TargetRequest& request) {
  const std::optional<int> device = request.device;
  std::vector<TargetInfo> targets = backend.targets(TargetKind::output, request.patience);
  if (targets.empty())
    throw CaptureError("the back end " + std::string(backend.name()) +
                       " has no output; switch a screen on");
  if (!device) return targets;

  std::vector<TargetInfo> own;
  std::copy_if(targets.begin(), targets.end(), std::back_inserter(own),
               [&](const TargetInfo& t) { return t.device == *device; });
  if (own.empty())
    throw UsageError("device " + std::to_string(*device) +
                     " has no output; rustcam-cli list devices shows those that have");
  return own;
}

TargetInfo identified_target(const std::vector<TargetInfo>& targets, const std::string& identity) {
  for (const TargetInfo& t : targets)
    if (t.identity == identity) return t;
  throw UsageError("the output " + identity +
                   " is not there any more; there are: " + listing(targets));
}

TargetInfo named_target(const std::vector<TargetInfo>& targets, const std::string& output,
                        bool within_device, const NameResolver& resolve) {
  const auto index = parse_index(output);
  const bool named = std::ranges::any_of(targets, [&](const auto& t) { return t.name == output; });
  if (!named && index && within_device && static_cast<std::size_t>(*index) < targets.size())
    return targets[static_cast<std::size_t>(*index)];
  if (!named && !index && resolve) return resolve(output);
  return find_named(targets, output);
}

void require_area(const Rect& region, const std::string& where) {
  if (region.right < region.left || region.bottom < region.top)
    throw UsageError("the region " + to_string(region) +
                     " is reversed: left and top come before right and bottom; " + where);
  if (region.empty()) throw UsageError("the region " + to_string(region) + " is empty; " + where);
}

std::string describe(const TargetInfo& target) {
  return "the output " + target.name + " is " + to_string(target.size());
}

const TargetInfo& target_around(const Rect& region, const std::vector<TargetInfo>& targets) {
  const TargetInfo& preferred = default_target(targets);
  require_area(region, describe(preferred));
  if (preferred.desktop.contains(region)) return preferred;
  std::vector<TargetInfo> touched;
  for (const TargetInfo& t : targets) {
    if (t.desktop.contains(region)) return t;
    if (!intersect(t.desktop, region).empty()) touched.push_back(t);
  }
  const std::string what = "the region " + geometry(region);
  if (touched.empty())
    throw UsageError(what + " lies outside every output; there are: " + listing(targets));
  if (touched.size() == 1)
    throw UsageError(what + " lies partly outside its output; " + describe(touched[0]) + " at " +
                     geometry(touched[0].desktop));
  throw UsageError(what + " spans several outputs, one is captured at a time: " + listing(touched));
}

}  // namespace

const TargetInfo& find_named(const std::vector<TargetInfo>& targets, const std::string& output) {
  for (const TargetInfo& t : targets)
    if (t.name == output) return t;
  if (const auto index = parse_index(output))
    for (const TargetInfo& t : targets)
      if (t.index == *index) return t;
  throw UsageError("there is no output \"" + output + "\"; there are: " + listing(targets));
}

Rect pixels_of(const Rect& desktop_region, const TargetInfo& target) {
  const Rect r = translate(desktop_region, -target.desktop.left, -target.desktop.top);
  if (!target.pixels) return r;
  // A 120th, the unit of scales, has no exact place among binary fractions.
  constexpr double tiny = 1e-6;
  struct Side {
    std::int64_t logical;
    std::int64_t pixels;
    double scale;  ///< the one that was meant: sizes are rounded
    std::int32_t begin(std::int32_t at) const { return place(std::floor(at * scale + tiny)); }
    std::int32_t end(std::int32_t at) const {
      return at >= logical ? place(static_cast<double>(pixels))
                           : place(std::ceil(at * scale - tiny));
    }
    std::int32_t place(double at) const {
      return static_cast<std::int32_t>(std::clamp(at, 0.0, static_cast<double>(pixels)));
    }
  };
  const Side x{target.desktop.width(), target.pixels->width, target.scale};
  const Side y{target.desktop.height(), target.pixels->height, target.scale};
  return {x.begin(r.left), y.begin(r.top), x.end(r.right), y.end(r.bottom)};
}

const TargetInfo& default_target(const std::vector<TargetInfo>& targets) {
  const auto primary =
      std::find_if(targets.begin(), targets.end(), [](const TargetInfo& t) { return t.primary; });
  if (primary != targets.end()) return *primary;
  const auto at_origin = std::find_if(targets.begin(), targets.end(), [](const TargetInfo& t) {
    return t.desktop.left == 0 && t.desktop.top == 0;
  });
  return at_origin != targets.end() ? *at_origin : targets.front();
}

void require_inside(const Rect& region, const TargetInfo& target) {
  require_area(region, describe(target));
  if (!Rect::of(target.size()).contains(region))
    throw UsageError("the region " + to_string(region) + " lies outside its output; " +
                     describe(target));
}

void require_on(const Rect& region, const TargetInfo& target,
                const std::vector<TargetInfo>& targets) {
  require_area(region, describe(target));
  if (target.desktop.contains(region)) return;
  std::string elsewhere;
  for (const TargetInfo& t : targets)
    if (t.identity != target.identity && !intersect(t.desktop, region).empty())
      elsewhere += (elsewhere.empty() ? " and touches " : ", ") + t.name;
  throw UsageError("the region " + geometry(region) + " does not lie on the output asked for" +
                   elsewhere + "; " + describe(target) + " at " + geometry(target.desktop));
}

void refuse_windows() {
  throw UsageError(
      "windows cannot be captured yet; capture the output that shows it, with a region");
}

TargetInfo pick_target(const Backend& backend, const TargetRequest& request,
                       const NameResolver& resolve) {
  if (request.kind == TargetKind::window) refuse_windows();
  const std::vector<TargetInfo> targets = targets_of(backend, request);
  if (request.identity) return identified_target(targets, *request.identity);
  const bool by_region = request.region && request.region->desktop_coordinates;
  TargetInfo target;
  if (request.output)
    target = named_target(targets, *request.output, request.device.has_value(), resolve);
  else
    target = by_region ? target_around(request.region->rect, targets) : default_target(targets);
  if (by_region) require_on(request.region->rect, target, targets);
  return target;
}

}  // namespace rustcam
