// Writes eight seconds of two videos and a sound into the file that is named, in fragments or
// clusters of 2 s: long ones, so that a busy machine does not end them earlier.
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
    const MuxerSettings settings{*container_by_ending(path), std::chrono::seconds(4)};
    Muxer muxer(settings, tracks.streams(), File::create(path, true));
    constexpr int slots = 480;
    tracks.write(muxer, slots);
    return 0;
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
}
