// Whose turn it is with each texture of a ring that one side writes and another reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "capture/gpu_source.h"

namespace rustcam::dda {

/// A keyed mutex lets in who knows the key under which it was released last. The keys go 0, 1, 0:
/// the writer writes under 0 and hands over under 1, the reader hands back under 0.
inline constexpr std::uint64_t writers_key = 0;
inline constexpr std::uint64_t readers_key = 1;

/// What a mutex says at once, without a wait.
enum class KeyAnswer {
  acquired = 1,
  not_now,    ///< it was released under another key, or somebody has it
  abandoned,  ///< who had it has died: what the texture holds nobody knows
};

/// The writer's half. Knows no mutex: it is asked which to try.
class RingTurns {
 public:
  RingTurns(std::size_t textures, GpuOrder order);

  struct Claimed {
    std::size_t texture = 0;
    bool make_anew = false;  ///< the old one is of no more use; a new one is the writer's
  };
  /// The texture to write now; nullopt: none. `held(i)`: somebody in this process has texture i.
  /// `acquire(i, key)` tries its mutex.
  template <typename Held, typename Acquire>
  std::optional<Claimed> claim(Held&& held, Acquire&& acquire) {
    for (std::size_t i = 0; i < candidates(); ++i) {
      const std::size_t texture = candidate(i);
      if (held(texture)) continue;
      KeyAnswer answer = acquire(texture, writers_key);
      // Handed over, but never looked at.
      if (answer == KeyAnswer::not_now && may_take_back(texture))
        answer = acquire(texture, readers_key);
      if (answer != KeyAnswer::not_now) return Claimed{texture, answer == KeyAnswer::abandoned};
    }
    return std::nullopt;
  }
  /// `texture` was claimed, written and released under the reader's key.
  void handed_over(std::size_t texture);

 private:
  std::size_t candidates() const noexcept;
  std::size_t candidate(std::size_t i) const noexcept;
  bool may_take_back(std::size_t texture) const noexcept;

  GpuOrder order_;
  std::vector<bool> handed_over_;  ///< at least once: before, nobody can have it
  std::size_t next_ = 0;           ///< of the strict order
};

}  // namespace rustcam::dda
