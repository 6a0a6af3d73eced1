#include "capture/portal/pods.h"

#include <spa/buffer/buffer.h>
#include <spa/buffer/meta.h>
#include <spa/param/format.h>
#include <spa/param/param.h>
#include <spa/param/video/format-utils.h>
#include <spa/pod/builder.h>

#include <span>

#include "capture/portal/video_formats.h"

namespace rustcam::portal {
namespace {

/// DRM_FORMAT_MOD_LINEAR: row by row. What is laid out otherwise cannot be read by us.
constexpr std::int64_t linear = 0;
/// A source that makes pictures as they change has no rate; this is the most that is let through,
/// and more than any screen has. Asking for less, or for one rate, loses pictures.
constexpr spa_fraction no_rate{0, 1};
constexpr spa_fraction highest_rate{1000, 1};
constexpr spa_rectangle smallest{1, 1};
constexpr spa_rectangle usual{1920, 1080};
constexpr spa_rectangle largest{longest_side, longest_side};
/// Two are with us at most times, and one is being written.
constexpr std::int32_t usual_buffers = 8;
constexpr std::int32_t fewest_buffers = 2;
constexpr std::int32_t most_buffers = 16;
constexpr std::int32_t most_damage = 16;

constexpr std::int32_t cursor_bytes(std::int32_t side) {
  return static_cast<std::int32_t>(sizeof(spa_meta_cursor) + sizeof(spa_meta_bitmap)) +
         side * side * 4;
}

/// Builds one pod.
class Builder {
 public:
  Builder(std::span<std::uint8_t> into, std::uint32_t type, std::uint32_t id) {
    spa_pod_builder_init(&builder_, into.data(), static_cast<std::uint32_t>(into.size()));
    spa_pod_builder_push_object(&builder_, &object_, type, id);
  }
  std::size_t finish() {
    spa_pod_builder_pop(&builder_, &object_);
    return builder_.state.offset;
  }

  void id(std::uint32_t key, std::uint32_t value) {
    property(key);
    spa_pod_builder_id(&builder_, value);
  }
  void number(std::uint32_t key, std::int32_t value) {
    property(key);
    spa_pod_builder_int(&builder_, value);
  }
  /// Without it, there is no agreement.
  void needed(std::uint32_t key, std::int64_t value) {
    spa_pod_builder_prop(&builder_, key, SPA_POD_PROP_FLAG_MANDATORY);
    spa_pod_builder_long(&builder_, value);
  }
  void one_of(std::uint32_t key, std::span<const std::uint32_t> ids) {
    begin_choice(key, SPA_CHOICE_Enum);
    spa_pod_builder_id(&builder_, ids.front());
    for (const std::uint32_t each : ids) spa_pod_builder_id(&builder_, each);
    end_choice();
  }
  void range(std::uint32_t key, spa_rectangle usually, spa_rectangle from, spa_rectangle to) {
    begin_choice(key, SPA_CHOICE_Range);
    for (const spa_rectangle& r : {usually, from, to})
      spa_pod_builder_rectangle(&builder_, r.width, r.height);
    end_choice();
  }
  void range(std::uint32_t key, spa_fraction usually, spa_fraction from, spa_fraction to) {
    begin_choice(key, SPA_CHOICE_Range);
    for (const spa_fraction& f : {usually, from, to})
      spa_pod_builder_fraction(&builder_, f.num, f.denom);
    end_choice();
  }
  void range(std::uint32_t key, std::int32_t usually, std::int32_t from, std::int32_t to) {
    begin_choice(key, SPA_CHOICE_Range);
    for (const std::int32_t i : {usually, from, to}) spa_pod_builder_int(&builder_, i);
    end_choice();
  }
  void flags(std::uint32_t key, std::int32_t value) {
    begin_choice(key, SPA_CHOICE_Flags);
    spa_pod_builder_int(&builder_, value);
    end_choice();
  }

 private:
  void property(std::uint32_t key) { spa_pod_builder_prop(&builder_, key, 0); }
  void begin_choice(std::uint32_t key, std::uint32_t kind) {
    property(key);
    spa_pod_builder_push_choice(&builder_, &choice_, kind, 0);
  }
  void end_choice() { spa_pod_builder_pop(&builder_, &choice_); }

  spa_pod_builder builder_{};
  spa_pod_frame object_{};
  spa_pod_frame choice_{};
};

std::size_t build_format(std::span<std::uint8_t> into, bool dmabuf) {
  Builder pod(into, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
  pod.id(SPA_FORMAT_mediaType, SPA_MEDIA_TYPE_video);
  pod.id(SPA_FORMAT_mediaSubtype, SPA_MEDIA_SUBTYPE_raw);
  pod.one_of(SPA_FORMAT_VIDEO_format, readable_formats());
  if (dmabuf) pod.needed(SPA_FORMAT_VIDEO_modifier, linear);
  pod.range(SPA_FORMAT_VIDEO_size, usual, smallest, largest);
  pod.range(SPA_FORMAT_VIDEO_framerate, no_rate, no_rate, highest_rate);
  pod.range(SPA_FORMAT_VIDEO_maxFramerate, highest_rate, no_rate, highest_rate);
  return pod.finish();
}

std::size_t build_buffers(std::span<std::uint8_t> into, bool dmabuf) {
  Builder pod(into, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers);
  pod.range(SPA_PARAM_BUFFERS_buffers, usual_buffers, fewest_buffers, most_buffers);
  pod.flags(SPA_PARAM_BUFFERS_dataType,
            dmabuf ? 1 << SPA_DATA_DmaBuf : 1 << SPA_DATA_MemFd | 1 << SPA_DATA_MemPtr);
  return pod.finish();
}

struct MetaSize {
  std::uint32_t type;
  std::int32_t usual;
  std::int32_t from;
  std::int32_t to;
};

std::size_t build_meta(std::span<std::uint8_t> into, const MetaSize& meta) {
  Builder pod(into, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta);
  pod.id(SPA_PARAM_META_type, meta.type);
  if (meta.from == meta.to)
    pod.number(SPA_PARAM_META_size, meta.usual);
  else
    pod.range(SPA_PARAM_META_size, meta.usual, meta.from, meta.to);
  return pod.finish();
}

constexpr MetaSize fixed(std::uint32_t type, std::size_t size) {
  const auto bytes = static_cast<std::int32_t>(size);
  return {type, bytes, bytes, bytes};
}

}  // namespace

Pods Pods::formats() {
  Pods pods;
  for (const bool dmabuf : {false, true})
    pods.add([&](std::span<std::uint8_t> into) { return build_format(into, dmabuf); });
  return pods;
}

Pods Pods::buffers(const VideoFormat& format, bool pointer) {
  constexpr auto region = static_cast<std::int32_t>(sizeof(spa_meta_region));
  std::vector<MetaSize> metas{
      fixed(SPA_META_Header, sizeof(spa_meta_header)),
      fixed(SPA_META_VideoCrop, sizeof(spa_meta_region)),
      fixed(SPA_META_VideoTransform, sizeof(spa_meta_videotransform)),
      {SPA_META_VideoDamage, region * most_damage, region, region * most_damage}};
  if (pointer)
    metas.push_back({SPA_META_Cursor, cursor_bytes(256), cursor_bytes(1), cursor_bytes(1024)});
  Pods pods;
  pods.add([&](std::span<std::uint8_t> into) { return build_buffers(into, format.dmabuf); });
  for (const MetaSize& meta : metas)
    pods.add([&](std::span<std::uint8_t> into) { return build_meta(into, meta); });
  return pods;
}

std::vector<const spa_pod*> Pods::list() const {
  std::vector<const spa_pod*> pods;
  pods.reserve(offsets_.size());
  for (const std::size_t offset : offsets_)
    pods.push_back(reinterpret_cast<const spa_pod*>(bytes_.data() + offset));
  return pods;
}

std::optional<VideoFormat> read_format(const spa_pod* format) {
  std::uint32_t type = 0;
  std::uint32_t subtype = 0;
  spa_video_info_raw info{};
  if (format == nullptr || spa_format_parse(format, &type, &subtype) < 0 ||
      type != SPA_MEDIA_TYPE_video || subtype != SPA_MEDIA_SUBTYPE_raw ||
      spa_format_video_raw_parse(format, &info) < 0)
    return std::nullopt;
  VideoFormat settled;
  settled.pixels = format_named(info.format);
  settled.dmabuf = spa_pod_find_prop(format, nullptr, SPA_FORMAT_VIDEO_modifier) != nullptr;
  const auto fits = [](std::uint32_t side) { return side > 0 && side <= longest_side; };
  if (settled.pixels == nullptr || !fits(info.size.width) || !fits(info.size.height) ||
      (settled.dmabuf && info.modifier != linear))
    return std::nullopt;
  settled.size = {static_cast<std::int32_t>(info.size.width),
                  static_cast<std::int32_t>(info.size.height)};
  return settled;
}

}  // namespace rustcam::portal
