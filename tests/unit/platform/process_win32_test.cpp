#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "base/error.h"
#include "platform/child_process.h"
#include "platform/command_line.h"
#include "platform/process_setup.h"
#include "platform/support_win32.h"

using namespace rustcam;
using namespace std::chrono_literals;

TEST_CASE("UTF-8 and UTF-16 say the same") {
  const std::string text = "Bildschirm \xC3\xBC \xE2\x82\xAC \xF0\x9F\x8E\xA5";
  CHECK(win32::to_utf8(win32::to_wide(text)) == text);
  CHECK(win32::to_wide("\xF0\x9F\x8E\xA5").size() == 2);
  CHECK(win32::to_wide("").empty());
}

TEST_CASE("the arguments begin with the program") {
  const ProcessSetup setup;
  const auto arguments = utf8_arguments(0, nullptr);
  REQUIRE_FALSE(arguments.empty());
  CHECK(arguments[0].find("unit_platform") != std::string::npos);
  CHECK(executable_path().find("unit_platform") != std::string::npos);
}

TEST_CASE("functions that this system lacks are null") {
  CHECK(bool(win32::find_function<DWORD WINAPI()>(L"kernel32.dll", "GetTickCount")));
  CHECK_FALSE(bool(win32::find_function<void()>(L"kernel32.dll", "NoSuchFunctionAtAll")));
  CHECK_FALSE(bool(win32::find_function<void()>(L"no-such-library.dll", "Anything")));
}

TEST_CASE("errors name the reason and the code") {
  CHECK(win32::code_text(ERROR_DISK_FULL) == "0x80070070");
  CHECK_FALSE(win32::message_of(ERROR_FILE_NOT_FOUND).empty());
}

TEST_CASE("a child's output and status are taken in") {
  ChildProcess child({"cmd.exe", "/c", "echo hello & exit 7"});
  for (int i = 0; i < 1000 && child.running(); ++i) ::Sleep(20);
  CHECK(child.exit_status() == 7);
  CHECK(child.stop().starts_with("hello"));
  CHECK(child.cpu_time().has_value());
}

TEST_CASE("a child that does not listen is ended") {
  ChildProcess child({"cmd.exe", "/c", "ping -n 60 127.0.0.1 > NUL"});
  CHECK(child.running());
  CHECK_FALSE(child.exit_status().has_value());
  child.stop(100ms);
  CHECK_FALSE(child.running());
}

TEST_CASE("a program that is not there is an error") {
  CHECK_THROWS_AS(ChildProcess({"no-such-program-anywhere.exe"}), Error);
}
