// What is said to the test compositor in lines of words.
#pragma once

#include <string>

#include "compositor.h"

namespace rustcam::test {

/// The commands, a line each.
extern const char* const bed_usage;

/// Does what one line says. Throws std::invalid_argument for one that says nothing of sense.
/// Returns what there is to answer, "ok" if nothing.
std::string bed_command(Compositor& compositor, const std::string& line);

/// {"violations": [...], "careless": [...], "counts": {...}, "faults": {...}}, in one line.
std::string bed_report(Compositor& compositor);

}  // namespace rustcam::test
