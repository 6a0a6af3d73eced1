#include "record/statistics.h"

#include <string_view>

namespace rustcam {

std::string_view name(EndedBy ended_by) noexcept {
  switch (ended_by) {
    case EndedBy::duration:
      return "duration";
    case EndedBy::frames:
      return "frames";
    case EndedBy::size:
      return "size";
    case EndedBy::signal:
      return "signal";
    case EndedBy::key:
      return "key";
    case EndedBy::pipe_closed:
      return "pipe_closed";
    case EndedBy::source:
      return "source";
    case EndedBy::source_lost:
      return "source_lost";
    case EndedBy::disk_full:
      return "disk_full";
    case EndedBy::error:
      break;
  }
  return "error";
}

}  // namespace rustcam
