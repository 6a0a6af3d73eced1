#include <windows.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>

#include "base/error.h"
#include "platform/child_process.h"
#include "platform/start_thread.h"
#include "platform/support_win32.h"

namespace rustcam {

namespace {

[[noreturn]] void fail(const std::string& program) {
  const DWORD code = ::GetLastError();
  throw Error("cannot start " + program + ": " + win32::message_of(code), win32::code_text(code));
}

/// As CommandLineToArgvW undoes it: a run of backslashes is doubled before a quote.
std::wstring quoted(const std::wstring& argument) {
  if (!argument.empty() && argument.find_first_of(L" \t\"") == std::wstring::npos) return argument;
  std::wstring out = L"\"";
  std::size_t backslashes = 0;
  for (const wchar_t c : argument) {
    if (c == L'"') out.append(backslashes + 1, L'\\');
    backslashes = c == L'\\' ? backslashes + 1 : 0;
    out += c;
  }
  return out.append(backslashes, L'\\') + L'"';
}

std::wstring command_line(const std::vector<std::string>& arguments) {
  std::wstring line;
  for (const std::string& argument : arguments)
    line += (line.empty() ? L"" : L" ") + quoted(win32::to_wide(argument));
  return line;
}

win32::Handle inheritable(HANDLE handle) {
  HANDLE copy = nullptr;
  ::DuplicateHandle(::GetCurrentProcess(), handle, ::GetCurrentProcess(), &copy, 0, TRUE,
                    DUPLICATE_SAME_ACCESS);
  return win32::Handle(copy);
}

/// The list of the handles that a child inherits: exactly these, not all of ours.
class HandleList {
 public:
  explicit HandleList(std::vector<HANDLE> handles) : handles_(std::move(handles)) {
    std::erase(handles_, nullptr);
    SIZE_T size = 0;
    ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    storage_.resize(size);
    ::InitializeProcThreadAttributeList(get(), 1, 0, &size);
    ::UpdateProcThreadAttribute(get(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(),
                                handles_.size() * sizeof(HANDLE), nullptr, nullptr);
  }
  ~HandleList() { ::DeleteProcThreadAttributeList(get()); }
  HandleList(const HandleList&) = delete;
  HandleList& operator=(const HandleList&) = delete;
  LPPROC_THREAD_ATTRIBUTE_LIST get() noexcept {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(storage_.data());
  }

 private:
  std::vector<HANDLE> handles_;
  std::vector<std::byte> storage_;
};

/// A job that ends its processes when its last handle is closed: with us, however we end.
win32::Handle make_job() {
  win32::Handle job(::CreateJobObjectW(nullptr, nullptr));
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  ::SetInformationJobObject(job.get(), JobObjectExtendedLimitInformation, &limits, sizeof limits);
  return job;
}

struct CloseRequest {
  DWORD process = 0;
  bool sent = false;
};

BOOL CALLBACK close_if_of_process(HWND window, LPARAM argument) {
  auto& request = *reinterpret_cast<CloseRequest*>(argument);
  DWORD owner = 0;
  ::GetWindowThreadProcessId(window, &owner);
  if (owner == request.process && ::PostMessageW(window, WM_CLOSE, 0, 0) != FALSE)
    request.sent = true;
  return TRUE;
}

}  // namespace

std::string executable_path() {
  std::wstring path(MAX_PATH, L'\0');
  for (;;) {
    const DWORD length =
        ::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
    if (length == 0)
      throw Error("cannot find this program's own path: " + win32::message_of(::GetLastError()),
                  win32::code_text(::GetLastError()));
    if (length < path.size()) return win32::to_utf8({path.data(), length});
    path.resize(path.size() * 2);
  }
}

struct ChildProcess::Impl {
  win32::Handle job;
  win32::Handle process;
  DWORD id = 0;
  win32::Handle output;
  std::mutex mutex;
  std::string text;  ///< guarded by mutex
  std::jthread reader;

  /// Reads what the child writes, so that a full pipe cannot keep it from ending.
  void read_all() {
    std::array<char, 4096> buffer{};
    DWORD got = 0;
    while (::ReadFile(output.get(), buffer.data(), static_cast<DWORD>(buffer.size()), &got,
                      nullptr) != FALSE &&
           got > 0) {
      const std::lock_guard lock(mutex);
      text.append(buffer.data(), got);
    }
  }

  bool ends_within(Duration patience) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
    const auto wait = static_cast<DWORD>(std::clamp<std::int64_t>(ms, 0, INFINITE - 1));
    return ::WaitForSingleObject(process.get(), wait) == WAIT_OBJECT_0;
  }

  /// As the user would: by closing its windows (EndSignals has one too), else by Ctrl-Break, which
  /// needs a console that both share.
  void ask_to_end() const {
    CloseRequest request{id, false};
    ::EnumWindows(close_if_of_process, reinterpret_cast<LPARAM>(&request));
    if (!request.sent) ::GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, id);
  }
};

ChildProcess::ChildProcess(const std::vector<std::string>& arguments)
    : impl_(std::make_unique<Impl>()) {
  const std::string& program = arguments.at(0);
  SECURITY_ATTRIBUTES inherit{sizeof inherit, nullptr, TRUE};
  HANDLE read_end = nullptr;
  HANDLE write_end = nullptr;
  if (::CreatePipe(&read_end, &write_end, nullptr, 0) == FALSE) fail(program);
  impl_->output = win32::Handle(read_end);
  win32::Handle own_write_end(write_end);
  win32::Handle output = inheritable(write_end);
  own_write_end.reset();
  const win32::Handle input(
      ::CreateFileW(L"NUL", GENERIC_READ, 0, &inherit, OPEN_EXISTING, 0, nullptr));
  const win32::Handle error = inheritable(::GetStdHandle(STD_ERROR_HANDLE));

  HandleList inherited({input.get(), output.get(), error.get()});
  STARTUPINFOEXW startup{};
  startup.StartupInfo.cb = sizeof startup;
  startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
  startup.StartupInfo.hStdInput = input.get();
  startup.StartupInfo.hStdOutput = output.get();
  startup.StartupInfo.hStdError = error.get();
  startup.lpAttributeList = inherited.get();
  std::wstring line = command_line(arguments);
  PROCESS_INFORMATION started{};
  // Suspended until it is in the job, so that nothing it starts escapes.
  if (::CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE,
                       CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP | EXTENDED_STARTUPINFO_PRESENT,
                       nullptr, nullptr, &startup.StartupInfo, &started) == FALSE)
    fail(program);
  impl_->process = win32::Handle(started.hProcess);
  impl_->id = started.dwProcessId;
  const win32::Handle thread(started.hThread);
  impl_->job = make_job();
  ::AssignProcessToJobObject(impl_->job.get(), impl_->process.get());
  ::ResumeThread(thread.get());
  output.reset();
  impl_->reader = start_thread([impl = impl_.get()] { impl->read_all(); });
}

ChildProcess::~ChildProcess() {
  stop();
}

bool ChildProcess::running() {
  return !impl_->ends_within({});
}

std::string ChildProcess::stop(Duration patience) {
  if (running()) {
    impl_->ask_to_end();
    if (!impl_->ends_within(patience)) {
      ::TerminateJobObject(impl_->job.get(), 1);
      ::TerminateProcess(impl_->process.get(), 1);
      impl_->ends_within(std::chrono::seconds(10));
    }
  }
  if (impl_->reader.joinable()) impl_->reader.join();
  const std::lock_guard lock(impl_->mutex);
  return impl_->text;
}

std::optional<int> ChildProcess::exit_status() {
  DWORD status = 0;
  if (running() || ::GetExitCodeProcess(impl_->process.get(), &status) == FALSE)
    return std::nullopt;
  return static_cast<int>(status);
}

std::optional<Duration> ChildProcess::cpu_time() {
  FILETIME created, ended, kernel, user;
  if (::GetProcessTimes(impl_->process.get(), &created, &ended, &kernel, &user) == FALSE)
    return std::nullopt;
  const auto ticks = [](const FILETIME& t) {
    return (std::int64_t{t.dwHighDateTime} << 32) | t.dwLowDateTime;
  };
  return Duration((ticks(kernel) + ticks(user)) * 100);
}

}  // namespace rustcam
