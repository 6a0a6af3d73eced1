// Scripted screens, and the back ends that offer them.
#pragma once

#include <memory>
#include <string>

#include "capture/backend.h"
#include "support/fake_screen.h"

namespace rustcam::test {

/// The screens that fake_backend() offers while this object lives; one object at a time.
class FakeDesktop {
 public:
  FakeDesktop();
  ~FakeDesktop();
  FakeDesktop(const FakeDesktop&) = delete;
  FakeDesktop& operator=(const FakeDesktop&) = delete;

  std::shared_ptr<FakeScreen> add(const std::string& name, const Rect& desktop);
  void remove(const std::string& name);
  void set_reachable(bool reachable);
  /// What Backend::shortfall() tells.
  void set_shortfall(std::string text);

 private:
  friend const Backend& fake_backend();
  friend const Backend& indexing_backend();
  struct Offered;
};

/// Opens by identity, as every back end must. Named "x11".
const Backend& fake_backend();
/// Breaks the rule: opens whatever screen has the target's index now.
const Backend& indexing_backend();
/// Never chosen by auto; resolves any name that begins with "mover" to a screen of 64x48.
const Backend& fake_virtual_backend();

/// A session of a screen of the FakeDesktop.
std::shared_ptr<CaptureSession> session_of(const FakeScreen& screen,
                                           const Backend& backend = fake_backend());

}  // namespace rustcam::test
