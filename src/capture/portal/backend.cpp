#include "capture/backend.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "capture/desktop_session.h"
#include "capture/portal/choice_store.h"
#include "capture/portal/conversation.h"
#include "capture/portal/live_cast.h"
#include "capture/portal/session.h"
#include "capture/portal/stream.h"

namespace rustcam {
namespace portal {
namespace {

/// Desktops that ask their user what may be captured: GNOME, KDE and others.
class PortalBackend final : public Backend {
 public:
  PortalBackend() noexcept : Backend(backend_name) {}

  /// Elsewhere the question would start a portal, and perhaps a dialogue on a screen that nobody
  /// looks at.
  bool automatic() const noexcept override { return in_wayland_session(); }
  bool chosen_by_dialogue() const noexcept override { return true; }

  Support probe(const Patience& patience) const override {
    try {
      if (std::string why = Stream::reason_against(); !why.empty()) return {false, std::move(why)};
      const Conversation conversation(patience);
      const Abilities& abilities = conversation.abilities();
      if (!abilities.has(SourceType::monitor)) return {false, no_casts(TargetKind::output)};
      return {true, "ScreenCast version " + std::to_string(abilities.version) +
                        "; pointer: " + pointer_of(abilities)};
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& e) {
      return {false, e.what()};
    }
  }

  std::vector<TargetInfo> targets(TargetKind kind, const Patience&) const override {
    if (!lists(kind)) return {};
    const auto choice = remembered_choice(kind);
    if (!choice) return {};
    TargetInfo target;
    target.kind = kind;
    target.backend = backend_name;
    target.name = target.identity = identity_of(kind);
    target.description = "remembered choice of the desktop's dialogue";
    target.desktop = Rect::of(choice->position.value_or(Point{}), choice->size.value_or(Size{}));
    return {std::move(target)};
  }
  std::unique_ptr<CaptureSession> choose(const TargetRequest& request) const override {
    return choose_session(request);
  }

 private:
  static std::string pointer_of(const Abilities& abilities) {
    std::string ways;
    const auto add = [&](CursorMode mode, const char* name) {
      if (abilities.has(mode)) ways += (ways.empty() ? "" : ", ") + std::string(name);
    };
    add(CursorMode::hidden, "hidden");
    add(CursorMode::embedded, "embedded");
    add(CursorMode::metadata, "told apart");
    return ways.empty() ? "unknown" : ways;
  }
};

}  // namespace
}  // namespace portal

const Backend& portal_backend() noexcept {
  static const portal::PortalBackend backend;
  return backend;
}

}  // namespace rustcam
