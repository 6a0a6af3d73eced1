#include <doctest/doctest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <exception>
#include <string>

#include "media/mux_output.h"
#include "support.h"

using namespace rustcam;
using namespace rustcam::media_test;

namespace {

/// Makes outputs whose thread cannot start. 0: each did without it, and gave its memory back.
int fail_to_open(const std::string& path) {
  constexpr uid_t nobody = 65534;
  constexpr int times = 50;
  constexpr std::size_t allowed = 512 * 1024;  // an eighth of what as many buffers take
  const rlimit no_thread{0, 0};
  // The limit does not hold root.
  if (setuid(nobody) != 0 || setrlimit(RLIMIT_NPROC, &no_thread) != 0) return 77;
  std::size_t before = 0;
  for (int i = 0; i < times; ++i) {
    if (i == 1) before = mallinfo2().uordblks;
    try {
      const MuxOutput output(File::create(path, true), true);
    } catch (const std::exception&) {
      return 2;
    }
  }
  return mallinfo2().uordblks < before + allowed ? 0 : 1;
}

}  // namespace

TEST_CASE("an output does without its thread if that cannot start, and leaves no memory behind") {
  const TempFolder folder;
  REQUIRE(chmod((folder / ".").c_str(), 0777) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(fail_to_open(folder / "a.mp4"));
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) {
    MESSAGE("no right to become another user: not tested here");
    return;
  }
  CHECK(WEXITSTATUS(status) == 0);
}
