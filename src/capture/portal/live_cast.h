// A screen cast that goes on: what was agreed on over D-Bus, and its pictures.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/geometry.h"
#include "capture/patience.h"
#include "capture/portal/conversation.h"
#include "capture/portal/stream.h"
#include "capture/target.h"

namespace rustcam::portal {

inline constexpr std::string_view backend_name = "portal";

struct LiveCast {
  std::unique_ptr<Conversation> conversation;  ///< destroyed last: it ends the cast
  Cast cast;
  CursorMode cursor = CursorMode::hidden;
  std::unique_ptr<Stream> stream;
  std::string not_remembered;  ///< why the choice was not; empty: it was, or the portal cannot
};

struct CastWish {
  TargetKind kind = TargetKind::output;
  bool pointer = true;                     ///< whether it is going to be drawn
  bool ask_again = false;                  ///< the remembered choice does not count
  std::function<void()> dialogue_shown{};  ///< may be empty
  /// Of the same session's cast before: another program may have remembered another choice since.
  /// Empty: there was none.
  std::string own_token{};
};

/// How the pointer is best told: apart from the pictures if that can be; if nobody wants it, rather
/// not at all. nullopt: this portal names no way that we know.
std::optional<CursorMode> best_cursor_mode(const Abilities& abilities, bool wanted);

/// Asks the portal, by the remembered choice if there is one, remembers the new one, and waits for
/// the first picture's format. The user's answer is waited for without limit, each other step as
/// `patience` says. Throws what Conversation and Stream throw, and DuplicationError (this portal
/// cannot, or has no picture that we can read), AccessLost (no format in time).
std::unique_ptr<LiveCast> begin_cast(const CastWish& wish, const Patience& patience);

/// Why this portal cannot cast targets of this kind, and what to do.
std::string no_casts(TargetKind kind);
/// As a target; `cast` must have begun.
TargetInfo target_of(const LiveCast& cast, TargetKind kind);
/// What all casts of this kind are called, and found by.
std::string identity_of(TargetKind kind);

}  // namespace rustcam::portal
