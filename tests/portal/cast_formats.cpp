#include "cast_formats.h"

#include <spa/buffer/buffer.h>
#include <spa/param/buffers.h>
#include <spa/param/param.h>
#include <spa/param/video/format-utils.h>
#include <spa/pod/builder.h>

namespace rustcam::test {
namespace {

/// A layout in tiles that no CPU can read (Intel's X tiles).
constexpr std::int64_t tiled = (std::int64_t{1} << 56) | 1;

}  // namespace

/// Writes one parameter; `finish` gives it to its owner.
struct Params::Writer {
  Writer(Params& params, std::uint32_t type, std::uint32_t id) : owner(params) {
    owner.memory_.emplace_back(2048);
    spa_pod_builder_init(&builder, owner.memory_.back().data(), 2048);
    spa_pod_builder_push_object(&builder, &object, type, id);
  }
  spa_pod_builder* key(std::uint32_t name, std::uint32_t flags = 0) {
    spa_pod_builder_prop(&builder, name, flags);
    return &builder;
  }
  void id(std::uint32_t name, std::uint32_t value) { spa_pod_builder_id(key(name), value); }
  void number(std::uint32_t name, std::int32_t value) { spa_pod_builder_int(key(name), value); }
  template <typename Write>
  void choice(std::uint32_t name, std::uint32_t kind, Write write, std::uint32_t flags = 0) {
    spa_pod_frame frame{};
    spa_pod_builder_push_choice(key(name, flags), &frame, kind, 0);
    write(&builder);
    spa_pod_builder_pop(&builder, &frame);
  }
  void finish() {
    owner.pods_.push_back(static_cast<const spa_pod*>(spa_pod_builder_pop(&builder, &object)));
  }

  Params& owner;
  spa_pod_builder builder{};
  spa_pod_frame object{};
};

void Params::add_format_offer(const Personality& who, Size size, Rational hz) {
  const auto most = static_cast<std::uint32_t>(hz.num);
  const auto of = static_cast<std::uint32_t>(hz.den);
  Writer writer(*this, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
  writer.id(SPA_FORMAT_mediaType, SPA_MEDIA_TYPE_video);
  writer.id(SPA_FORMAT_mediaSubtype, SPA_MEDIA_SUBTYPE_raw);
  writer.choice(SPA_FORMAT_VIDEO_format, SPA_CHOICE_Enum, [&](spa_pod_builder* to) {
    spa_pod_builder_id(to, who.formats.front());
    for (const std::uint32_t each : who.formats) spa_pod_builder_id(to, each);
  });
  if (who.gpu_only)
    writer.choice(
        SPA_FORMAT_VIDEO_modifier, SPA_CHOICE_Enum,
        [](spa_pod_builder* to) {
          spa_pod_builder_long(to, tiled);
          spa_pod_builder_long(to, tiled);
        },
        SPA_POD_PROP_FLAG_MANDATORY);
  spa_pod_builder_rectangle(writer.key(SPA_FORMAT_VIDEO_size),
                            static_cast<std::uint32_t>(size.width),
                            static_cast<std::uint32_t>(size.height));
  if (who.variable_rate) {
    spa_pod_builder_fraction(writer.key(SPA_FORMAT_VIDEO_framerate), 0, 1);
    writer.choice(SPA_FORMAT_VIDEO_maxFramerate, SPA_CHOICE_Range, [&](spa_pod_builder* to) {
      spa_pod_builder_fraction(to, most, of);
      spa_pod_builder_fraction(to, 1, 1);
      spa_pod_builder_fraction(to, most, of);
    });
  } else {
    writer.choice(SPA_FORMAT_VIDEO_framerate, SPA_CHOICE_Range, [&](spa_pod_builder* to) {
      spa_pod_builder_fraction(to, most, of);
      spa_pod_builder_fraction(to, 0, 1);
      spa_pod_builder_fraction(to, most, of);
    });
  }
  writer.finish();
}

void Params::add_buffers(Size size, std::int32_t stride) {
  Writer writer(*this, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers);
  writer.choice(SPA_PARAM_BUFFERS_buffers, SPA_CHOICE_Range, [](spa_pod_builder* to) {
    for (const std::int32_t each : {4, 2, 16}) spa_pod_builder_int(to, each);
  });
  writer.number(SPA_PARAM_BUFFERS_blocks, 1);
  writer.number(SPA_PARAM_BUFFERS_size, stride * size.height);
  writer.number(SPA_PARAM_BUFFERS_stride, stride);
  writer.choice(SPA_PARAM_BUFFERS_dataType, SPA_CHOICE_Flags,
                [](spa_pod_builder* to) { spa_pod_builder_int(to, 1 << SPA_DATA_MemFd); });
  writer.finish();
}

void Params::add_metadata(std::uint32_t type, std::size_t least, std::size_t most) {
  Writer writer(*this, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta);
  writer.id(SPA_PARAM_META_type, type);
  if (least == most) {
    writer.number(SPA_PARAM_META_size, static_cast<std::int32_t>(most));
  } else {
    writer.choice(SPA_PARAM_META_size, SPA_CHOICE_Range, [&](spa_pod_builder* to) {
      for (const std::size_t each : {most, least, most})
        spa_pod_builder_int(to, static_cast<std::int32_t>(each));
    });
  }
  writer.finish();
}

std::optional<AgreedFormat> agreed_format(const spa_pod& format) {
  std::uint32_t type = 0;
  std::uint32_t subtype = 0;
  if (spa_format_parse(&format, &type, &subtype) < 0 || type != SPA_MEDIA_TYPE_video ||
      subtype != SPA_MEDIA_SUBTYPE_raw)
    return std::nullopt;
  spa_video_info_raw info{};
  if (spa_format_video_raw_parse(&format, &info) < 0) return std::nullopt;
  AgreedFormat agreed;
  agreed.format = info.format;
  agreed.size = {static_cast<std::int32_t>(info.size.width),
                 static_cast<std::int32_t>(info.size.height)};
  if (spa_pod_find_prop(&format, nullptr, SPA_FORMAT_VIDEO_modifier) != nullptr)
    agreed.modifier = info.modifier;
  agreed.rate_number = info.framerate.num;
  agreed.rate_of = info.framerate.denom;
  return agreed;
}

}  // namespace rustcam::test
