// What outlives the sources of a virtual output, and the table that the back ends of a build stand
// in.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "base/error.h"
#include "capture/registry.h"

namespace rustcam {
const Backend& virtual_backend() noexcept;
}

namespace rustcam::test {

TEST_CASE("a virtual screen's times go on when it is opened again") {
  TargetRequest request;
  request.output = "mover@320x241@60,loss=0.2+3600";
  const auto session = virtual_backend().choose(request);
  CHECK(session->target().identity == session->target().name);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK_THROWS_AS(session->open({}), AccessLost);
}

TEST_CASE("every back end of this build stands in the table under its own name") {
  bool listed = false;
  for (const RegisteredBackend& row : registered_backends()) {
    if (row.backend) CHECK(row.backend->name() == row.name);
    listed = listed || row.backend == &virtual_backend();
  }
  CHECK(listed);
}

}  // namespace rustcam::test
