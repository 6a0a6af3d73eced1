// What a program has to tell its system before it does anything else.
#pragma once

namespace rustcam {

/// Made first in main() and kept to its end. Windows: the process sees true pixels on every monitor
/// (per-monitor DPI awareness), and the console shows UTF-8 and understands escape sequences until
/// the end. POSIX: descriptors 0, 1 and 2 are taken even if the program was started without them,
/// so that no file gets their numbers. Never throws.
class ProcessSetup {
 public:
  ProcessSetup() noexcept;
  ~ProcessSetup();
  ProcessSetup(const ProcessSetup&) = delete;
  ProcessSetup& operator=(const ProcessSetup&) = delete;

 private:
  [[maybe_unused]] unsigned console_code_page_ = 0;  ///< 0: nothing to put back
};

}  // namespace rustcam
