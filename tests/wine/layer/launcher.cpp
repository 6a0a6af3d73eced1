// Starts a program with the duplication layer inside:
//   layer_launch LAYER.dll [--when FILE] [--WHAT-after MS ...] PROGRAM [ARGUMENTS ...]
// WHAT, which the program is told once so much time has passed: ctrl-c, break, close, logoff,
// shutdown (as a console tells them), end-session, close-window (as messages to its windows). The
// time counts from when FILE exists, if one is named, so that a test can wait until the program
// does what is to be disturbed. The program starts suspended, loads the DLL in a remote thread, and
// runs when the layer is in place. The exit status is the program's; 125 if it could not be
// started.
#include <windows.h>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace {

struct Request {
  struct Notice {
    std::wstring what;
    DWORD after_ms = 0;
  };
  std::wstring dll;
  std::wstring when;  ///< notices wait for this file; empty: for nothing
  std::vector<Notice> notices;
  std::wstring command_line;
};

const std::map<std::wstring, DWORD> console_events{{L"ctrl-c", CTRL_C_EVENT},
                                                   {L"break", CTRL_BREAK_EVENT},
                                                   {L"close", CTRL_CLOSE_EVENT},
                                                   {L"logoff", CTRL_LOGOFF_EVENT},
                                                   {L"shutdown", CTRL_SHUTDOWN_EVENT}};

std::wstring quoted(const std::wstring& argument) {
  if (!argument.empty() && argument.find_first_of(L" \t\"") == std::wstring::npos) return argument;
  std::wstring out = L"\"";
  std::size_t backslashes = 0;
  for (const wchar_t c : argument) {
    if (c == L'"') out.append(backslashes + 1, L'\\');
    backslashes = c == L'\\' ? backslashes + 1 : 0;
    out += c;
  }
  out.append(backslashes, L'\\');
  return out + L'"';
}

bool parse(int argc, wchar_t** argv, Request& request) {
  if (argc < 3) return false;
  request.dll = argv[1];
  int i = 2;
  for (; i + 1 < argc; i += 2) {
    const std::wstring option = argv[i];
    const std::wstring suffix = L"-after";
    if (option == L"--when") {
      request.when = argv[i + 1];
      continue;
    }
    if (!option.starts_with(L"--") || !option.ends_with(suffix)) break;
    request.notices.push_back({option.substr(2, option.size() - 2 - suffix.size()),
                               static_cast<DWORD>(std::stoul(argv[i + 1]))});
  }
  for (; i < argc; ++i)
    request.command_line += (request.command_line.empty() ? L"" : L" ") + quoted(argv[i]);
  return !request.command_line.empty();
}

HANDLE remote_call(HANDLE process, const wchar_t* module, const char* function, void* argument) {
  auto* entry = reinterpret_cast<LPTHREAD_START_ROUTINE>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(module), function)));
  return entry ? CreateRemoteThread(process, nullptr, 0, entry, argument, 0, nullptr) : nullptr;
}

bool load_layer(HANDLE process, const std::wstring& dll) {
  const std::size_t bytes = (dll.size() + 1) * sizeof(wchar_t);
  void* path = VirtualAllocEx(process, nullptr, bytes, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
  if (!path || !WriteProcessMemory(process, path, dll.c_str(), bytes, nullptr)) return false;
  HANDLE thread = remote_call(process, L"kernel32.dll", "LoadLibraryW", path);
  if (!thread) return false;
  WaitForSingleObject(thread, 60000);
  DWORD loaded = 0;
  GetExitCodeThread(thread, &loaded);
  CloseHandle(thread);
  return loaded != 0;
}

/// GenerateConsoleCtrlEvent needs a console; the routine that it ends in does not.
void send_control(HANDLE process, DWORD event) {
  if (HANDLE thread = remote_call(process, L"kernelbase.dll", "CtrlRoutine",
                                  reinterpret_cast<void*>(static_cast<ULONG_PTR>(event))))
    CloseHandle(thread);
}

/// Sent without waiting for an answer: Wine's Direct3D has windows of its own in threads that never
/// look at their messages.
BOOL CALLBACK end_session(HWND window, LPARAM process_id) {
  DWORD owner = 0;
  GetWindowThreadProcessId(window, &owner);
  if (owner == static_cast<DWORD>(process_id)) {
    SendNotifyMessageW(window, WM_QUERYENDSESSION, 0, 0);
    SendNotifyMessageW(window, WM_ENDSESSION, TRUE, 0);
  }
  return TRUE;
}

BOOL CALLBACK close_window(HWND window, LPARAM process_id) {
  DWORD owner = 0;
  GetWindowThreadProcessId(window, &owner);
  if (owner == static_cast<DWORD>(process_id)) PostMessageW(window, WM_CLOSE, 0, 0);
  return TRUE;
}

void give(const Request::Notice& notice, const PROCESS_INFORMATION& child) {
  const auto event = console_events.find(notice.what);
  if (event != console_events.end())
    send_control(child.hProcess, event->second);
  else
    EnumWindows(notice.what == L"close-window" ? &close_window : &end_session,
                static_cast<LPARAM>(child.dwProcessId));
}

int fail(const char* what) {
  std::fprintf(stderr, "layer_launch: %s (error %lu)\n", what, GetLastError());
  return 125;
}

}  // namespace

int wmain(int argc, wchar_t** argv) {
  Request request;
  if (!parse(argc, argv, request))
    return fail("usage: layer_launch LAYER.dll [OPTIONS] PROGRAM [ARGUMENTS]");

  const std::wstring ready_name = L"rustcam-layer-" + std::to_wstring(GetCurrentProcessId());
  HANDLE ready = CreateEventW(nullptr, TRUE, FALSE, ready_name.c_str());
  SetEnvironmentVariableW(L"RUSTCAM_LAYER_READY", ready_name.c_str());

  STARTUPINFOW startup{};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION child{};
  if (!CreateProcessW(nullptr, request.command_line.data(), nullptr, nullptr, TRUE,
                      CREATE_SUSPENDED, nullptr, nullptr, &startup, &child))
    return fail("cannot start the program");
  if (!load_layer(child.hProcess, request.dll)) {
    TerminateProcess(child.hProcess, 125);
    return fail("cannot load the layer into the program");
  }
  if (WaitForSingleObject(ready, 60000) != WAIT_OBJECT_0) {
    TerminateProcess(child.hProcess, 125);
    return fail("the layer did not get ready");
  }
  ResumeThread(child.hThread);

  if (!request.when.empty())
    while (GetFileAttributesW(request.when.c_str()) == INVALID_FILE_ATTRIBUTES &&
           WaitForSingleObject(child.hProcess, 20) == WAIT_TIMEOUT) {
    }
  for (const Request::Notice& notice : request.notices)
    if (WaitForSingleObject(child.hProcess, notice.after_ms) == WAIT_TIMEOUT) give(notice, child);
  WaitForSingleObject(child.hProcess, INFINITE);
  DWORD status = 125;
  GetExitCodeProcess(child.hProcess, &status);
  return static_cast<int>(status);
}
