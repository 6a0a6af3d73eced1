#include "capture/registry.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace rustcam {
namespace {

std::string quoted(std::string_view name) {
  return '"' + std::string(name) + '"';
}

const Backend& automatic_backend(const Patience& patience) {
  std::string reasons;
  // One that would show a part of the session only comes after those that show all of it.
  for (const bool partial : {false, true}) {
    for (const Backend* backend : backends()) {
      if (!backend->automatic() || backend->shortfall().has_value() != partial) continue;
      const Support support = backend->probe(patience);
      if (support.available) return *backend;
      reasons += std::string(backend->name()) + ": " + support.reason + "; ";
    }
  }
  if (reasons.empty()) reasons = "this build has no back end for one; ";
  const std::string advice = "--backend " + std::string(screenless_backend());
  // A back end's own advice may name it already.
  const bool named = reasons.find(advice) != std::string::npos;
  throw CaptureError("there is no screen to capture: " + reasons +
                     (named ? "the virtual display needs none" : advice + " needs none"));
}

const Backend& require_available(const Backend& backend, const Patience& patience) {
  const Support support = backend.probe(patience);
  if (!support.available)
    throw CaptureError("the back end " + std::string(backend.name()) +
                       " cannot run here: " + support.reason);
  return backend;
}

[[noreturn]] void refuse_absent(std::string_view name) {
  std::string others;
  for (const Backend* backend : backends())
    others += (others.empty() ? "" : ", ") + std::string(backend->name());
  throw CaptureError("the back end " + std::string(name) +
                     " is not part of this build; use --backend auto or one of: " + others);
}

}  // namespace

std::vector<const Backend*> backends() {
  std::vector<const Backend*> list;
  for (const RegisteredBackend& row : registered_backends())
    if (row.backend) list.push_back(row.backend);
  return list;
}

std::vector<std::string> backend_names() {
  std::vector<std::string> names;
  for (const RegisteredBackend& row : registered_backends()) names.emplace_back(row.name);
  return names;
}

const Backend& find_backend(std::string_view name, const Patience& patience) {
  if (name == "auto") return automatic_backend(patience);
  std::string names = "auto";
  for (const RegisteredBackend& row : registered_backends()) {
    if (row.name != name) {
      names += ", " + std::string(row.name);
      continue;
    }
    if (!row.backend) refuse_absent(name);
    return require_available(*row.backend, patience);
  }
  throw UsageError("unknown back end " + quoted(name) + "; there are: " + names);
}

std::vector<std::shared_ptr<void>> keep_backends_open() {
  std::vector<std::shared_ptr<void>> kept;
  for (const Backend* backend : backends())
    if (auto open = backend->keep_open()) kept.push_back(std::move(open));
  return kept;
}

std::string_view screenless_backend() {
  for (const Backend* backend : backends())
    if (backend->shows_own_stimulus()) return backend->name();
  return {};
}

}  // namespace rustcam
