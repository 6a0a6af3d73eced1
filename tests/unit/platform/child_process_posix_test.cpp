#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <thread>

#include "base/error.h"
#include "platform/child_process.h"

using namespace rustcam;
using namespace std::chrono_literals;

namespace {
/// Returns when it has ended, or after `patience`.
void let_run(ChildProcess& child, Duration patience) {
  const TimePoint give_up = now() + patience;
  while (child.running() && now() < give_up) std::this_thread::sleep_for(5ms);
}
}  // namespace

TEST_CASE("what it wrote comes back with its exit status") {
  ChildProcess child({"/bin/sh", "-c", "echo hello; exit 3"});
  let_run(child, 30s);
  CHECK(child.stop() == "hello\n");
  CHECK(child.exit_status() == 3);
  CHECK(child.cpu_time().has_value());
}

TEST_CASE("more than a pipe holds is read to its end") {
  ChildProcess child(
      {"/bin/sh", "-c",
       "trap 'head -c 300000 /dev/zero; exit 0' TERM; echo; while :; do sleep 0.05; done"});
  let_run(child, 300ms);
  const std::string text = child.stop(20s);
  CHECK(child.exit_status() == 0);
  CHECK(text.size() == 300001);
}

TEST_CASE("one that will not end is killed") {
  ChildProcess child({"/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"});
  CHECK(child.running());
  let_run(child, 300ms);
  CHECK(child.cpu_time().has_value());
  child.stop(100ms);
  CHECK_FALSE(child.running());
  CHECK(child.exit_status() == 128 + 9);
}

TEST_CASE("its standard input is empty") {
  ChildProcess child({"/bin/sh", "-c", "cat; echo end"});
  let_run(child, 30s);
  CHECK(child.stop() == "end\n");
}

TEST_CASE("what a terminal sends to our group does not reach it") {
  ChildProcess child({"/bin/sh", "-c", "ps -o pgid= -p $$"});
  let_run(child, 30s);
  const std::string text = child.stop();
  REQUIRE(child.exit_status() == 0);
  CHECK(std::stoi(text) != ::getpgrp());
}

TEST_CASE("a program that is not there is an error that names it") {
  CHECK_THROWS_WITH_AS(ChildProcess({"/no/such/program"}), doctest::Contains("/no/such/program"),
                       Error);
}

TEST_CASE("the running executable is known") {
  CHECK(executable_path().find("unit_platform") != std::string::npos);
}
