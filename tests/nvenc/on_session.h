// The open sessions, and the way from NVENC's functions to them.
#pragma once

#include <ffnvcodec/nvEncodeAPI.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "report.h"
#include "session.h"

namespace nvenc {

struct Sessions {
  std::mutex mutex;
  std::map<void*, std::unique_ptr<Session>> open;
};

/// Those of this process.
Sessions& sessions();

enum class Needs { session, initialized, context };

/// Runs `call` on the session, if there is one and it is as far as the call needs.
template <typename Call>
NVENCSTATUS on_session(std::string_view name, void* encoder, Needs needs, Call call) {
  const std::lock_guard lock(sessions().mutex);
  const auto found = sessions().open.find(encoder);
  if (found == sessions().open.end()) {
    violation(std::string(name) + ": no such session");
    return NV_ENC_ERR_INVALID_ENCODERDEVICE;
  }
  Session& session = *found->second;
  if (needs != Needs::session && !session.is_initialized())
    return session.refuse(NV_ENC_ERR_ENCODER_NOT_INITIALIZED,
                          std::string(name) + ": the session is not initialised");
  if (needs == Needs::context) session.check_context(name);
  return call(session);
}

/// The same for a call with a structure that has a version.
template <typename Params, typename Call>
NVENCSTATUS with(std::string_view name, void* encoder, Needs needs, Params* params,
                 std::uint32_t version, Call call) {
  return on_session(name, encoder, needs, [&](Session& session) {
    if (params == nullptr)
      return session.refuse(NV_ENC_ERR_INVALID_PTR, std::string(name) + ": no parameters");
    if (params->version != version)
      return session.refuse(NV_ENC_ERR_INVALID_VERSION,
                            std::string(name) + ": version of the structure");
    return call(session);
  });
}

/// Puts the functions that ask what there is into the table.
void add_queries(NV_ENCODE_API_FUNCTION_LIST& into);

}  // namespace nvenc
