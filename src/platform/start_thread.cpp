#include "platform/start_thread.h"

#include <string>

#include "base/error.h"

namespace rustcam {

void thread_refused(const std::system_error& reason) {
  throw Error("cannot start a thread: " + reason.code().message() +
                  "; end other programs, or raise the limit on processes (ulimit -u)",
              errno_name(reason.code().value()));
}

}  // namespace rustcam
