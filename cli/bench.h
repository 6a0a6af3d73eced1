// `rustcam-cli bench`: how many frames a second really arrive.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/rational.h"
#include "cli/capture_options.h"
#include "cli/command.h"
#include "measure/bench.h"

namespace rustcam::cli {

/// As typed.
struct BenchArguments {
  CaptureArguments capture;
  std::optional<std::string> stimulus;
  std::optional<std::string> hz;
  std::optional<std::string> duration;
  std::optional<std::string> warmup;
  std::optional<std::string> repeat;
  std::optional<std::string> mode;
  std::optional<std::string> pointer;
  std::optional<std::string> fingerprint;
  std::optional<std::string> chart;
  bool force = false;
  bool json = false;
};

struct BenchOptions {
  CaptureOptions capture;
  std::optional<std::string> stimulus;  ///< nullopt: whatever is on the screen
  Rational hz{180, 1};
  Duration duration = std::chrono::seconds(4);
  Duration warmup = std::chrono::milliseconds(500);
  int repeat = 3;
  std::vector<BenchMode> modes;  ///< in the order to run
  bool all_modes = false;        ///< `modes` came from "all": gpu only if it is there
  std::vector<bool> pointers;    ///< each mode runs with each of these
  FingerprintKind fingerprint = FingerprintKind::sparse;
  std::optional<std::string> chart_path;
  bool force = false;
  bool json = false;
};

void declare_bench(Parser& parser, BenchArguments& into);
/// Throws UsageError.
BenchOptions check_bench(const BenchArguments& given);

class Bench : public Command {
 public:
  void declare(Parser& parser) override { declare_bench(parser, arguments_); }
  int run(Context& context) override;

 private:
  BenchArguments arguments_;
};

}  // namespace rustcam::cli
