// What Windows' result codes mean to us: the one place that knows.
#pragma once

#include <windows.h>

#include <string>

namespace rustcam::dda {

enum class Outcome {
  success = 1,
  nothing_yet,  ///< no frame in time
  lost,         ///< the object is of no more use; opening anew may help
  refused,      ///< the system does not hand out this output (now)
};

Outcome outcome_of(HRESULT result) noexcept;

/// "0x887A0026"
std::string code_text(HRESULT result);

/// Why, and what to do, on one line.
std::string explain(HRESULT result);

/// Throws AccessLost or DuplicationError: "`what`: why; what to do".
[[noreturn]] void fail(HRESULT result, const std::string& what);

/// fail()s unless `result` is a success.
inline void check(HRESULT result, const char* what) {
  if (outcome_of(result) != Outcome::success) fail(result, what);
}

}  // namespace rustcam::dda
