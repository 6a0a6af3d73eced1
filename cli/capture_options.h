// What to capture: the options that shot, record and bench share.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/warning.h"
#include "capture/selection.h"
#include "cli/log.h"
#include "cli/parser.h"

namespace rustcam::cli {

/// As typed.
struct CaptureArguments {
  std::optional<std::string> backend;
  std::optional<std::string> output;
  std::optional<std::string> device;
  std::optional<std::string> region;
  std::optional<std::string> timeout;
  bool portal_ask = false;
  bool cursor = true;
};

struct CaptureOptions {
  TargetRequest request;
  bool ask_region = false;  ///< `--region ask`: request.region is still to be chosen
  bool cursor = true;
  Duration timeout = std::chrono::seconds(1);
};

/// The heading of these options, which the manual shows once for all three.
inline constexpr const char* capture_section = "What to capture";

/// For any command: --backend, saying what it is good for there.
void add_backend_option(Parser& parser, std::optional<std::string>& into,
                        const std::string& purpose);
/// `with_cursor` adds --cursor and --no-cursor.
void add_capture_options(Parser& parser, CaptureArguments& into, bool with_cursor);
/// Throws UsageError. `command` is named in messages.
CaptureOptions check_capture_options(const std::string& command, const CaptureArguments& given);

/// select_target(), with its notes told as warnings and remembered for the document. Lets the user
/// choose the region first if that was asked for.
Selection select(const CaptureOptions& options, Log& log, std::vector<Warning>& warnings);

/// For commands that follow the screen: tells, as a warning "changes_unknown", if its changes have
/// to be found by comparing.
void warn_of_comparing(const TargetInfo& target, Log& log, std::vector<Warning>& warnings);

/// For commands that were asked to leave the pointer out: tells, as a warning "pointer_embedded",
/// if it may be in the pictures all the same.
void warn_of_pointer(const TargetInfo& target, Log& log, std::vector<Warning>& warnings);

}  // namespace rustcam::cli
