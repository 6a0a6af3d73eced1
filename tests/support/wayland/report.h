// What a test compositor has seen of its clients.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rustcam::test {

struct CompositorReport {
  /// What a protocol forbids, each as "kind: what happened".
  std::vector<std::string> violations;
  /// What no protocol forbids, but a careful client does not do: memory that is not sealed against
  /// shrinking, objects left when it disconnects.
  std::vector<std::string> careless;
  std::map<std::string, int> counts;  ///< of requests and answers, by name
  std::map<std::string, int> faults;  ///< how often each has happened

  int count(const std::string& what) const {
    const auto found = counts.find(what);
    return found == counts.end() ? 0 : found->second;
  }
};

}  // namespace rustcam::test
