// The session with the sinks of src/media: apart from the rest so that tests of the session need no
// encoder.
#include "record/session.h"

namespace rustcam {

RecordStatistics record(const RecordOptions& options, const SessionHooks& hooks) {
  return record(options, hooks, open_sink);
}

}  // namespace rustcam
