// Threads that hang in a call of the system, and what they may still use.
#pragma once

#include <memory>

namespace rustcam {

/// A thread that cannot be joined goes on using `owner` if its call ever returns, so that this is
/// kept. Whoever calls this tells people what hangs.
void abandon(std::shared_ptr<void> owner);
/// True if something was abandoned: the process must end by leave_process() then, since static
/// objects are in use too.
bool any_abandoned() noexcept;
/// Once the calls have returned, as in tests: destroys what was kept.
void reclaim_abandoned();
/// Ends the process without destroying anything; what standard streams hold is written.
[[noreturn]] void leave_process(int status) noexcept;

}  // namespace rustcam
