// What the contract suite asks of a back end's test bed.
#pragma once

#include <memory>
#include <vector>

#include "capture/frame_source.h"

namespace rustcam::test {

enum class Scene {
  moving = 1,        ///< every stir() (or time itself) brings a new picture
  still_black,       ///< a black screen that never changes
  negative_pointer,  ///< the pointer hangs over the left or upper edge
  resizes,           ///< after stir() (or by itself soon) the output has another size
  lost,              ///< after stir() (or by itself soon) the output is gone
  closed,            ///< after stir() (or by itself soon) the whole display is gone
};

/// One open source and the screen that it shows.
class Stage {
 public:
  virtual ~Stage() = default;
  virtual FrameSource& source() = 0;
  virtual void stir() {}
};

/// What a bed and its back end cannot do; what is not told here, they must do.
struct Limits {
  std::vector<Scene> cannot_show{};
  bool reads_nothing_in_place = false;
  bool reopens_in_a_new_size = false;  ///< a change of size is access_lost
};

/// Defined by each bed.
const Limits& limits();
/// Defined by each bed; null for a scene of limits().cannot_show only.
std::unique_ptr<Stage> open_stage(Scene scene);

}  // namespace rustcam::test
