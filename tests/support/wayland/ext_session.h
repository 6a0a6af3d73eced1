// One ext_image_copy_capture_session_v1: of an output, or of the pointer over it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "buffer_use.h"
#include "ext_capture.h"
#include "listener.h"
#include "told.h"

namespace rustcam::test {

class ExtFrame;

/// Lives as long as its resource or any of its frames.
class ExtSession : public std::enable_shared_from_this<ExtSession> {
 public:
  enum class Of { output, pointer };
  ExtSession(ExtCapture& owner, Screen& screen, Of of, bool pointer_drawn);
  ~ExtSession();
  ExtSession(const ExtSession&) = delete;
  ExtSession& operator=(const ExtSession&) = delete;

  /// Makes the object that the client asked for, and tells it what buffers are wanted.
  void introduce(wl_client* client, int version, std::uint32_t id);

  Desk& desk() noexcept { return owner_.desk(); }
  Screen& screen() noexcept { return screen_; }
  Of of() const noexcept { return of_; }
  bool stopped() const noexcept { return stopped_; }

  void add_damage(const Region& upright) { damage_.add(upright); }
  bool pointer_drawn() const noexcept { return pointer_drawn_; }
  /// Everything has changed. If the size has too, says so, and what is pending fails.
  void reshape();
  void stop();
  /// Other constraints than before, for no reason.
  void change_constraints();
  void announce();

  enum class Fit { yes, formerly, never };  ///< formerly: the constraints have changed since
  Fit fit(const BufferShape& shape) const;
  /// Whether there is a frame that the client has not seen.
  bool has_news() const;
  /// What has changed since the last frame that the client got, in pixels of its buffers.
  Region news() const;
  void news_seen();

  /// What a captured buffer shows.
  struct Source {
    const std::uint32_t* pixels;
    Turn turn;
  };
  Source source() const;

  /// The client asks for a capture into `buffer`, which lacks all but `told`: holds it against what
  /// the buffer really lacks.
  void check_debt(wl_resource* buffer, const Region& told);
  /// `buffer` is current now, the others lack `damage`.
  void settle(wl_resource* buffer, const ToldDamage& damage);

  void set_frame(ExtFrame* frame) noexcept { frame_ = frame; }
  ExtFrame* frame() const noexcept { return frame_; }  ///< null: none that lives

 private:
  struct Constraints {
    ToldSize size;
    std::vector<std::uint32_t> formats;
    bool allow(const BufferShape& shape) const;
  };
  struct Known {
    Region debt;
    Listener destroyed;
  };
  Size true_size() const;

  ExtCapture& owner_;
  Screen& screen_;
  Of of_;
  bool pointer_drawn_;
  wl_resource* resource_ = nullptr;  ///< null: destroyed
  ExtFrame* frame_ = nullptr;
  bool stopped_ = false;
  bool first_ = true;  ///< the next frame is all news
  std::int32_t grown_ = 0;
  bool formats_reversed_ = false;
  Region damage_;  ///< upright, since the last frame that the client got
  std::vector<Constraints> told_;
  std::map<wl_resource*, Known> known_;  ///< buffers that have been captured into
};

}  // namespace rustcam::test
