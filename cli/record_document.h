// What `record` tells at its end.
#pragma once

#include <string>

#include "cli/document.h"
#include "record/statistics.h"

namespace rustcam::cli {

/// rustcam.record/1. A number that could not be measured is null.
Json record_document(const RecordStatistics& statistics);

/// Two lines for a person: the files, their length and size; frames fresh, repeated, late.
std::string record_summary(const RecordStatistics& statistics);

}  // namespace rustcam::cli
