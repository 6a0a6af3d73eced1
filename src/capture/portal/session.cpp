#include "capture/portal/session.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "capture/portal/live_cast.h"
#include "capture/portal/loss_book.h"
#include "capture/portal/source.h"

namespace rustcam::portal {
namespace {

/// A cast that is begun on a thread of its own: the user may take minutes to answer, and whoever
/// records goes on in between.
class Beginning {
 public:
  Beginning(const CastWish& wish, Duration limit)
      : thread_([this, wish, limit](std::stop_token stop) {
          run(wish, {limit, std::move(stop)});
        }) {}

  /// Null: not yet. Throws what begin_cast() threw. To be called until it has returned something or
  /// thrown, and not after it.
  std::unique_ptr<LiveCast> result(Duration within, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const bool done = done_changed_.wait_for(lock, stop, within, [this] { return done_; });
    if (!done) return nullptr;
    if (error_) std::rethrow_exception(error_);
    return std::move(live_);
  }

 private:
  void run(const CastWish& wish, const Patience& patience) {
    std::unique_ptr<LiveCast> live;
    std::exception_ptr error;
    try {
      live = begin_cast(wish, patience);
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    live_ = std::move(live);
    error_ = error;
    done_ = true;
    done_changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any done_changed_;
  bool done_ = false;
  std::unique_ptr<LiveCast> live_;
  std::exception_ptr error_;
  std::jthread thread_;
};

class PortalSession final : public CaptureSession {
 public:
  PortalSession(std::unique_ptr<LiveCast> first, CastWish wish)
      : target_(target_of(*first, wish.kind)), wish_(std::move(wish)), first_(std::move(first)) {
    // What was asked again once has been answered.
    wish_.ask_again = false;
    wish_.dialogue_shown = nullptr;
    wish_.own_token = first_->cast.restore_token;
    if (!first_->not_remembered.empty()) notes_.push_back(first_->not_remembered);
  }

  const TargetInfo& target() const noexcept override { return target_; }
  std::vector<std::string> notes() const override { return notes_; }
  std::unique_ptr<FrameSource> open(const SourceOptions& options) override;

 private:
  std::unique_ptr<LiveCast> begin_again(const SourceOptions& options);

  TargetInfo target_;
  std::vector<std::string> notes_;
  CastWish wish_;
  std::shared_ptr<LossBook> book_ = std::make_shared<LossBook>();
  std::mutex mutex_;
  std::unique_ptr<LiveCast> first_;
  std::unique_ptr<Beginning> beginning_;
};

std::unique_ptr<FrameSource> PortalSession::open(const SourceOptions& options) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<LiveCast> live = std::move(first_);
  if (!live || live->conversation->ended()) live = begin_again(options);
  TargetInfo target = target_of(*live, wish_.kind);
  return make_source(std::move(live), std::move(target), options.opaque, book_);
}

std::unique_ptr<LiveCast> PortalSession::begin_again(const SourceOptions& options) {
  if (book_->meant())
    throw Cancelled(
        "the desktop ended the screen cast again, soon after it was begun again; that is taken as "
        "the user's wish");
  if (!beginning_) beginning_ = std::make_unique<Beginning>(wish_, options.patience.limit);
  const Duration within =
      std::min(options.patience.limit, options.open_within.value_or(options.patience.limit));
  std::unique_ptr<LiveCast> live;
  try {
    live = beginning_->result(within, options.patience.stop);
  } catch (...) {
    beginning_.reset();
    throw;
  }
  if (live) {
    beginning_.reset();
    wish_.own_token = live->cast.restore_token;
    book_->begun(now());
    return live;
  }
  if (options.patience.stop.stop_requested())
    throw Interrupted("the wait for the screen cast was ended");
  // Neither back nor further away than before.
  throw CaptureError(
      "the screen cast waits for the portal, or for the user's answer in its dialogue");
}

[[noreturn]] void refuse(const std::string& option) {
  throw UsageError(option +
                   " cannot be used with the portal: the desktop's dialogue chooses what is "
                   "captured; leave it out, and give --portal-ask to choose anew");
}

void require_place(const LiveCast& live) {
  if (live.cast.position) return;
  throw UsageError(
      "this desktop's portal does not tell where the chosen screen lies on the desktop; give the "
      "region from its own corner: --region LEFT,TOP,RIGHT,BOTTOM");
}

}  // namespace

std::unique_ptr<CaptureSession> choose_session(const TargetRequest& request) {
  if (request.kind == TargetKind::window) refuse_windows();
  if (request.all) refuse("--all");
  if (request.output) refuse("-o");
  if (request.device) refuse("--device");
  const CastWish wish{request.kind, request.pointer, request.ask_again, request.dialogue_shown, {}};
  std::unique_ptr<LiveCast> live = begin_cast(wish, request.patience);
  if (request.region && request.region->desktop_coordinates) {
    require_place(*live);
    const TargetInfo target = target_of(*live, request.kind);
    require_on(request.region->rect, target, {target});
  }
  return std::make_unique<PortalSession>(std::move(live), wish);
}

}  // namespace rustcam::portal
