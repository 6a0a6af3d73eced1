// What the program under test did right and wrong, as JSON at its end.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace layer {

class Report {
 public:
  /// Something that Windows forbids or that its documentation says not to do.
  void violation(const std::string& what);
  void count(const std::string& what, std::int64_t by = 1);
  /// How long a frame was held between AcquireNextFrame and ReleaseFrame.
  void held(double microseconds);
  /// The program copied so many bytes by the CPU, in a way that cpu_copies.h names.
  void cpu_copied(const std::string& way, std::int64_t bytes);
  /// A duplication lived for `wall_s`, while the process took `cpu_s`.
  void captured(double wall_s, double cpu_s);
  /// Of that, the layer itself has drawn the desktop for so long.
  void drew(double seconds);
  void created_duplication();
  void destroyed_duplication();
  /// A desktop texture that was still referenced after its duplication had gone.
  void leaked_texture();

  std::string json() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t> violations_;
  std::map<std::string, std::int64_t> counts_;
  struct Copies {
    std::int64_t calls = 0;
    std::int64_t bytes = 0;
  };
  /// All of them, so that none is told as none.
  std::map<std::string, Copies> copies_{{"map", {}},
                                        {"to_staging", {}},
                                        {"update_subresource", {}},
                                        {"initial_data", {}},
                                        {"buffers", {}}};
  double captured_wall_s_ = 0;
  double captured_cpu_s_ = 0;
  double drawn_s_ = 0;
  std::vector<double> held_us_;
  std::int64_t live_duplications_ = 0;
  std::int64_t leaked_textures_ = 0;
};

}  // namespace layer
