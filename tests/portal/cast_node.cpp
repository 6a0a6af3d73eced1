#include "cast_node.h"

#include <pipewire/keys.h>
#include <pipewire/properties.h>
#include <spa/buffer/buffer.h>
#include <spa/param/param.h>
#include <spa/param/video/raw.h>
#include <spa/utils/type.h>

#include <cerrno>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

#include "cast_memory.h"

namespace rustcam::test {
namespace {

constexpr std::uint32_t embedded_mode = 2;
constexpr std::uint32_t metadata_mode = 4;

std::string_view format_name(std::uint32_t format) {
  switch (format) {
    case SPA_VIDEO_FORMAT_BGRx:
      return "BGRx";
    case SPA_VIDEO_FORMAT_BGRA:
      return "BGRA";
    case SPA_VIDEO_FORMAT_RGBx:
      return "RGBx";
    case SPA_VIDEO_FORMAT_RGBA:
      return "RGBA";
    default:
      return "?";
  }
}

/// From bgra; what a format does not use is not 255, to show who trusts it.
void turn_into(std::uint32_t format, const ImageView& picture) {
  const bool swap = format == SPA_VIDEO_FORMAT_RGBx || format == SPA_VIDEO_FORMAT_RGBA;
  const bool unused = format == SPA_VIDEO_FORMAT_BGRx || format == SPA_VIDEO_FORMAT_RGBx;
  for (std::int32_t y = 0; y < picture.height(); ++y) {
    std::uint8_t* pixel = picture.row(y);
    for (std::int32_t x = 0; x < picture.width(); ++x, pixel += 4) {
      if (swap) std::swap(pixel[0], pixel[2]);
      if (unused) pixel[3] = 0;
    }
  }
}

}  // namespace

CastNode::CastNode(pw_core* core, const CastDesk& desk, std::uint32_t cursor_mode)
    : desk_(desk),
      tells_pointer_(cursor_mode == metadata_mode),
      draws_pointer_(cursor_mode == embedded_mode) {
  pw_properties* const properties = pw_properties_new(PW_KEY_NODE_NAME, "portal-stand-in", nullptr);
  if (!desk.who.media_class.empty())
    pw_properties_set(properties, PW_KEY_MEDIA_CLASS, std::string(desk.who.media_class).c_str());
  stream_ = pw_stream_new(core, "portal-stand-in", properties);
  if (stream_ == nullptr) throw std::runtime_error("no stream");
  pw_stream_add_listener(stream_, &hook_, &events(), this);
  Params params;
  params.add_format_offer(desk.who, desk.screen.size(), desk.screen.hz());
  constexpr auto flags =
      static_cast<pw_stream_flags>(PW_STREAM_FLAG_DRIVER | PW_STREAM_FLAG_ALLOC_BUFFERS);
  if (pw_stream_connect(stream_, PW_DIRECTION_OUTPUT, PW_ID_ANY, flags, params.data(),
                        params.count()) < 0)
    throw std::runtime_error("a stream cannot be connected");
}

CastNode::~CastNode() {
  spa_hook_remove(&hook_);
  pw_stream_destroy(stream_);
}

const pw_stream_events& CastNode::events() noexcept {
  static const pw_stream_events events = [] {
    pw_stream_events made{};
    made.version = PW_VERSION_STREAM_EVENTS;
    made.state_changed = [](void* data, pw_stream_state, pw_stream_state state, const char* error) {
      static_cast<CastNode*>(data)->state_changed(state, error);
    };
    made.param_changed = [](void* data, std::uint32_t id, const spa_pod* param) {
      if (id == SPA_PARAM_Format && param != nullptr)
        static_cast<CastNode*>(data)->format_changed(*param);
    };
    made.add_buffer = [](void* data, pw_buffer* buffer) {
      static_cast<CastNode*>(data)->add_buffer(*buffer);
    };
    made.remove_buffer = [](void*, pw_buffer* buffer) {
      delete static_cast<CastMemory*>(std::exchange(buffer->user_data, nullptr));
    };
    return made;
  }();
  return events;
}

std::optional<std::uint32_t> CastNode::id() const {
  const std::uint32_t id = pw_stream_get_node_id(stream_);
  return id == SPA_ID_INVALID ? std::nullopt : std::optional(id);
}

void CastNode::state_changed(pw_stream_state state, const char* error) {
  streaming_ = state == PW_STREAM_STATE_STREAMING;
  nlohmann::json line{{"event", "stream"}, {"state", pw_stream_state_as_string(state)}};
  if (const auto number = id()) line["node"] = *number;
  if (error != nullptr) line["error"] = error;
  desk_.tell(line);
  if (!streaming_) return;
  // Whoever was not there yet lacks all of it.
  forget_sent();
}

void CastNode::format_changed(const spa_pod& format) {
  agreed_ = agreed_format(format);
  if (!agreed_) return;
  nlohmann::json line{{"event", "format"},
                      {"format", format_name(agreed_->format)},
                      {"size", {agreed_->size.width, agreed_->size.height}},
                      {"framerate", {agreed_->rate_number, agreed_->rate_of}}};
  if (agreed_->modifier) line["modifier"] = *agreed_->modifier;
  desk_.tell(line);
  forget_sent();
  image_ = Image(PixelFormat::bgra, agreed_->size);
  Params params;
  params.add_buffers(agreed_->size, cast_stride(agreed_->size));
  offer_metadata(desk_.who, tells_pointer_, params);
  pw_stream_update_params(stream_, params.data(), params.count());
}

void CastNode::add_buffer(pw_buffer& buffer) const {
  spa_data& data = buffer.buffer->datas[0];
  if (!agreed_ || (data.type & (1U << SPA_DATA_MemFd)) == 0) {
    pw_stream_set_error(stream_, -EINVAL, "there is no memory of this kind here");
    return;
  }
  const auto bytes = static_cast<std::size_t>(cast_stride(agreed_->size)) *
                     static_cast<std::size_t>(agreed_->size.height);
  auto memory = std::make_unique<CastMemory>(bytes, desk_.who.sealed);
  data.type = SPA_DATA_MemFd;
  data.flags = SPA_DATA_FLAG_READWRITE;
  data.fd = memory->descriptor();
  data.mapoffset = 0;
  data.maxsize = static_cast<std::uint32_t>(bytes);
  data.data = nullptr;
  buffer.user_data = memory.release();
}

void CastNode::draw_into(pw_buffer& buffer) {
  const ImageView view = image_.view();
  desk_.screen.draw(view, draws_pointer_);
  turn_into(agreed_->format, view);
  static_cast<const CastMemory*>(buffer.user_data)->write(as_const(view), cast_stride(view.size));
}

Note CastNode::note_of(const Shown& now_shown, bool pointer_only) {
  Note note;
  note.pointer_only = pointer_only;
  note.sequence = ++sequence_;
  const TimePoint at = now();
  switch (desk_.who.times) {
    case Personality::Times::of_frame:
      note.pts = at.time_since_epoch().count();
      break;
    case Personality::Times::own_clock:
      note.pts = (at - born_).count() + 1;
      break;
    case Personality::Times::none:
      note.pts = note.sequence % 2 == 0 ? 0 : -1;
      break;
  }
  const CastScreen& screen = desk_.screen;
  note.damage = sent_ ? screen.changed(sent_->shown, now_shown) : Rect::of(screen.size());
  // Nothing at all would be taken for everything.
  if (note.damage.empty()) note.damage = Rect{0, 0, 1, 1};
  note.crop = screen.crop();
  note.transform = screen.transform();
  note.tells_pointer = tells_pointer_;
  note.pointer = screen.pointer();
  note.bitmap = desk_.who.repeats_bitmap || !bitmap_sent_;
  if (note.tells_pointer && note.pointer) bitmap_sent_ = true;
  return note;
}

void CastNode::send(pw_buffer& buffer, const Note& note) {
  spa_data& data = buffer.buffer->datas[0];
  spa_chunk& chunk = *data.chunk;
  const bool has_size = !note.pointer_only || desk_.who.pointer_only.keeps_size;
  chunk.offset = 0;
  chunk.stride = cast_stride(agreed_->size);
  chunk.size = has_size ? data.maxsize : 0;
  chunk.flags =
      static_cast<std::int32_t>(note.pointer_only ? SPA_CHUNK_FLAG_CORRUPTED : SPA_CHUNK_FLAG_NONE);
  write_metadata(desk_.who, note, *buffer.buffer);
  if (desk_.lie != nullptr) desk_.lie->tell(*buffer.buffer);
  pw_stream_queue_buffer(stream_, &buffer);
}

bool CastNode::show() {
  CastScreen& screen = desk_.screen;
  if (!streaming_ || !agreed_ || agreed_->size != screen.size()) return true;
  const Shown shown = screen.shown(draws_pointer_);
  const bool picture = !sent_ || sent_->shown.number != shown.number ||
                       sent_->shown.era != shown.era || sent_->shown.pointer != shown.pointer;
  const bool pointer = tells_pointer_ && (!sent_ || sent_->pointer != screen.pointer());
  if (!picture && !pointer) return true;
  pw_buffer* const buffer = pw_stream_dequeue_buffer(stream_);
  if (buffer == nullptr) return false;
  const bool pointer_only = !picture && desk_.who.pointer_only.sent;
  if (!pointer_only) draw_into(*buffer);
  send(*buffer, note_of(shown, pointer_only));
  sent_ = Sent{shown, screen.pointer()};
  if (desk_.tells_pictures && !pointer_only)
    desk_.tell({{"event", "picture"}, {"number", shown.number}});
  return true;
}

void CastNode::forget_sent() noexcept {
  sent_.reset();
  bitmap_sent_ = false;
}

void CastNode::renegotiate() {
  Params params;
  params.add_format_offer(desk_.who, desk_.screen.size(), desk_.screen.hz());
  pw_stream_update_params(stream_, params.data(), params.count());
}

void CastNode::set_active(bool active) {
  pw_stream_set_active(stream_, active);
}

}  // namespace rustcam::test
