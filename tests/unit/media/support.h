// What the tests of media/ share: pictures, recordings, and what FFmpeg's tools say of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "image/frame.h"
#include "media/open_sink.h"

namespace rustcam::media_test {

/// A private folder that goes with the object.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

struct Colour {
  std::uint8_t r = 0;
  std::uint8_t g = 0;
  std::uint8_t b = 0;
};

/// An opaque bgra picture: a gradient with a square that moves with `number`.
std::shared_ptr<Picture> picture(Size size, std::int64_t number);
std::shared_ptr<Picture> flat(Size size, Colour colour);
Frame frame_of(std::shared_ptr<const Picture> image);

/// open_sink(), if a FIFO's reader may still be on its way.
std::unique_ptr<FrameSink> open_read_sink(const OutputPlan& plan, Size size, EncoderReport& report,
                                          std::vector<Warning>& warnings);

/// Everything that records: plan, open, write `slots`, finish.
struct Recorded {
  OutputPlan plan;
  EncoderReport report;
  std::vector<Warning> warnings;
  std::vector<OutputFile> files;
  Size encoded;
};
Recorded record(const OutputRequest& request, Size size, const std::vector<std::int64_t>& slots,
                std::int64_t end);
/// Slots 0 to count - 1.
std::vector<std::int64_t> every_slot(std::int64_t count);

/// A command's standard output and error; its exit status has to be 0.
std::string run(const std::string& command);
/// The values of one field of every packet or frame, as ffprobe prints them.
std::vector<std::string> probe(const std::string& path, const std::string& section,
                               const std::string& field);
std::string probe_one(const std::string& path, const std::string& section,
                      const std::string& field);
/// Fails the test if FFmpeg finds anything to complain about.
void check_plays(const std::string& path);
/// The first decoded picture in a packed format of FFmpeg's.
std::vector<std::uint8_t> decode_first(const std::string& path, const std::string& pix_fmt,
                                       const std::string& filter = "null");

}  // namespace rustcam::media_test
