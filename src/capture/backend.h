// What every windowing system offers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/capture_session.h"
#include "capture/patience.h"
#include "capture/presenter.h"
#include "capture/target.h"
#include "capture/target_request.h"

namespace rustcam {

/// Whether a back end can run here; `reason` says why not (and what to do), or what is special.
struct Support {
  bool available = false;
  std::string reason;
};

/// One windowing system. There is one object of each, known to the registry (capture/registry.h).
/// Has no state (but see keep_open()): what belongs to one target lives in its session. May be used
/// from any thread.
class Backend {
 public:
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  std::string_view name() const noexcept { return name_; }
  /// May `--backend auto` choose it?
  virtual bool automatic() const noexcept { return true; }
  /// True if a dialogue of the system chooses its target: there is no name or number to ask for one
  /// by, and targets() tells of remembered choices only.
  virtual bool chosen_by_dialogue() const noexcept { return false; }
  /// True if its targets show a stimulus of their own, which their names begin with, and so need no
  /// screen.
  virtual bool shows_own_stimulus() const noexcept { return false; }
  /// Throws nothing but Interrupted.
  virtual Support probe(const Patience& patience = {}) const = 0;
  /// What people should know if it was taken because nothing better could run: that it shows a
  /// part of the session only. nullopt: it shows everything.
  virtual std::optional<std::string> shortfall() const { return std::nullopt; }

  virtual bool lists(TargetKind kind) const noexcept { return kind == TargetKind::output; }
  /// While what it returns lives (null: there is nothing of the kind), a connection to the system
  /// that was opened for one call stays open for the next.
  virtual std::shared_ptr<void> keep_open() const { return nullptr; }

  /// In the order of their indexes; none of a kind that it does not list. Throws CaptureError if
  /// the system cannot be reached.
  virtual std::vector<TargetInfo> targets(TargetKind kind, const Patience& patience = {}) const = 0;
  /// Never null. Throws as pick_target() does, and if the system cannot be reached.
  virtual std::unique_ptr<CaptureSession> choose(const TargetRequest& request) const = 0;

  /// nullopt: the system tells of none.
  virtual std::optional<std::vector<DeviceInfo>> devices(const Patience& patience = {}) const {
    static_cast<void>(patience);
    return std::nullopt;
  }
  /// True if it can show stimuli on a screen.
  virtual bool presents() const noexcept { return false; }
  /// Whether present() can work here; asked only if presents(). Throws nothing but Interrupted.
  virtual Support can_present(const Patience& patience) const { return probe(patience); }
  /// A window that shows one; null unless presents(). Throws UsageError (unknown scene or output),
  /// DeviceError (no window can be shown).
  virtual std::unique_ptr<Presenter> present(const PresenterOptions& options) const {
    static_cast<void>(options);
    return nullptr;
  }

 protected:
  /// `name` must live as long as the program.
  explicit Backend(std::string_view name) noexcept : name_(name) {}

 private:
  std::string_view name_;
};

}  // namespace rustcam
