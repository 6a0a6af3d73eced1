#include "capture/wayland/feedback.h"

#include <cstddef>

namespace rustcam::wayland {
namespace {

/// Older questions will not be answered any more.
constexpr std::size_t most_asked = 64;

}  // namespace

struct Feedback::Events {
  using Answer = struct wp_presentation_feedback;

  static void forget(Feedback& self, const Answer* answer) {
    std::erase_if(self.asked_, [answer](const auto& a) { return a.get() == answer; });
  }
  static void sync_output(void*, Answer*, wl_output*) {}
  static void presented(void* data, Answer* answer, std::uint32_t, std::uint32_t, std::uint32_t,
                        std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t) {
    forget(*static_cast<Feedback*>(data), answer);
  }
  static void discarded(void* data, Answer* answer) {
    auto& self = *static_cast<Feedback*>(data);
    ++self.discarded_;
    forget(self, answer);
  }
};

Feedback::Feedback(const Connection& connection)
    : presentation_(connection.bind<wp_presentation>(wp_presentation_interface)) {}

void Feedback::ask(wl_surface* surface) {
  if (!presentation_) return;
  if (asked_.size() == most_asked) asked_.pop_front();
  asked_.emplace_back(wp_presentation_feedback(presentation_.get(), surface));
  static constexpr wp_presentation_feedback_listener listener{
      &Events::sync_output, &Events::presented, &Events::discarded};
  wp_presentation_feedback_add_listener(asked_.back().get(), &listener, this);
}

}  // namespace rustcam::wayland
