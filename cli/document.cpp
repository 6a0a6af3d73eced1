#include "cli/document.h"

#include "base/utf8.h"
#include "cli/version.h"

namespace rustcam::cli {

Json new_document(const std::string& schema) {
  return {{"schema", schema}, {"version", program_version}, {"warnings", Json::array()}};
}

void add_warnings(Json& document, const std::vector<Warning>& warnings) {
  for (const Warning& warning : warnings)
    document["warnings"].push_back(
        {{"code", warning.code}, {"text", warning.text}, {"hint", or_null(warning.hint)}});
}

Json describe(const TargetInfo& target) {
  return {{"name", target.name},
          {"width", target.size().width},
          {"height", target.size().height},
          {"refresh_hz", or_null(target.refresh_hz)}};
}

Json describe(const Rect& region) {
  return Json::array({region.left, region.top, region.right, region.bottom});
}

Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

std::string to_text(const Json& document) {
  const std::string text = document.dump(2, ' ', false, Json::error_handler_t::replace);
  // JSON lets controls beyond ASCII stand as they are, but a terminal would obey them. The escapes
  // are JSON's own.
  return printable(text, "\n") + "\n";
}

}  // namespace rustcam::cli
