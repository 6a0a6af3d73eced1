// Steps that are all taken although one fails.
#pragma once

#include <exception>

namespace rustcam {

/// Keeps the first exception of several attempts.
class FirstFailure {
 public:
  template <typename Step>
  void attempt(Step&& step) {
    try {
      step();
    } catch (...) {
      if (!failure_) failure_ = std::current_exception();
    }
  }
  bool happened() const noexcept { return failure_ != nullptr; }
  /// Throws it, if there is one.
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;
};

}  // namespace rustcam
