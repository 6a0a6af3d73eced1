// Writes a second and a half of two videos and a sound into the file that is named, in fragments or
// clusters of 0.6 s.
#include <chrono>
#include <exception>
#include <iostream>
#include <string>

#include "support/three_tracks.h"

int main(int argc, char** argv) {
  using namespace rustcam;
  if (argc != 2) return 2;
  try {
    const std::string path = argv[1];
    test::ThreeTracks tracks(path);
    const MuxerSettings settings{*container_by_ending(path), std::chrono::milliseconds(600)};
    Muxer muxer(settings, tracks.streams(), File::create(path, true));
    constexpr int slots = 90;
    tracks.write(muxer, slots);
    return 0;
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
}
