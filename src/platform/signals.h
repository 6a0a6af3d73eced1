// Requests from outside to end: SIGINT, SIGTERM, SIGHUP; Ctrl-C, Ctrl-Break, console close, logoff.
#pragma once

namespace rustcam {

/// Installs the handlers on construction and puts back the old ones at the end; one at a time in a
/// process. (Once there was a request, further ones kill nothing, also when the object is gone.) A
/// signal that was ignored stays ignored. SIGPIPE is ignored: writers see EPIPE. Windows: on
/// console close or session end the system's handler waits until the object is destroyed (the file
/// is final), as long as the system allows.
class EndSignals {
 public:
  EndSignals();
  ~EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  /// How many requests have come so far; safe from any thread.
  int count() const noexcept;
};

}  // namespace rustcam
