// The JSON documents that commands end with. Their fields are described in docs/cli.md and
// docs/schemas/.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "capture/target.h"
#include "media/output_plan.h"

namespace rustcam::cli {

/// Keeps the order in which fields are added.
using Json = nlohmann::ordered_json;

/// `schema`, `version` and an empty `warnings`.
Json new_document(const std::string& schema);
void add_warnings(Json& document, const std::vector<Warning>& warnings);

/// `output` as it is in every document.
Json describe(const TargetInfo& target);
Json describe(const Rect& region);  ///< [l,t,r,b]

/// The value, or null if it is not known.
template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
/// The text, or null if it is empty.
Json or_null(const std::string& text);

/// UTF-8 with a line break at the end; bytes that are no UTF-8 (a file's name may be anything) are
/// replaced.
std::string to_text(const Json& document);

}  // namespace rustcam::cli
