#include "capture/registry.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace rustcam {
namespace {

std::string quoted(std::string_view name) {
  return '"' + std::string(name) + '"';
}

using Asking = Support (Backend::*)(const Patience&) const;

/// The first that is there, of those that `may` be asked, whose answer to `ask` is yes.
const Backend& first_available(bool (*may)(const Backend&), Asking ask, const Patience& patience) {
  std::string reasons;
  // One that would show a part of the session only comes after those that show all of it.
  for (const bool partial : {false, true}) {
    for (const Backend* backend : backends()) {
      if (!may(*backend) || backend->shortfall().has_value() != partial) continue;
      const Support support = (backend->*ask)(patience);
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

const Backend& require(const Backend& backend, const Support& support) {
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
  if (name == "auto")
    return first_available([](const Backend& b) { return b.automatic(); }, &Backend::probe,
                           patience);
  std::string names = "auto";
  for (const RegisteredBackend& row : registered_backends()) {
    if (row.name != name) {
      names += ", " + std::string(row.name);
      continue;
    }
    if (!row.backend) refuse_absent(name);
    return require(*row.backend, row.backend->probe(patience));
  }
  throw UsageError("unknown back end " + quoted(name) + "; there are: " + names);
}

const Backend& find_presenter(std::string_view name, const Patience& patience) {
  const Backend* named = nullptr;
  for (const Backend* backend : backends())
    if (backend->name() == name) named = backend;
  if (name != "auto" && (named == nullptr || !named->chosen_by_dialogue())) {
    if (named == nullptr || !named->presents()) return find_backend(name, patience);
    return require(*named, named->can_present(patience));
  }
  return first_available([](const Backend& b) { return b.automatic() && b.presents(); },
                         &Backend::can_present, patience);
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
