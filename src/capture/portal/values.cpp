#include "capture/portal/values.h"

#include "base/error.h"

namespace rustcam::portal {
namespace {

void require(int code) {
  if (code < 0) throw DeviceError("a D-Bus message cannot be made", errno_name(-code));
}

bool enter(sd_bus_message* m, char type, const char* contents) {
  return bus_library().enter_container(m, type, contents) > 0;
}

bool leave(sd_bus_message* m) {
  return bus_library().exit_container(m) >= 0;
}

}  // namespace

bool is_object_path(std::string_view text) {
  if (!text.starts_with('/') || (text.size() > 1 && text.ends_with('/'))) return false;
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_/";
  return text.find_first_not_of(allowed) == std::string_view::npos &&
         text.find("//") == std::string_view::npos;
}

void append_text(const Message& message, char type, const std::string& value) {
  require(bus_library().append_basic(message.get(), type, value.c_str()));
}

ValuesWriter::ValuesWriter(const Message& message) : message_(message.get()) {
  require(bus_library().open_container(message_, SD_BUS_TYPE_ARRAY, "{sv}"));
}

void ValuesWriter::entry(const char* name, char type, const void* value) {
  const char contents[2] = {type, '\0'};
  const BusLibrary& l = bus_library();
  require(l.open_container(message_, SD_BUS_TYPE_DICT_ENTRY, "sv"));
  require(l.append_basic(message_, SD_BUS_TYPE_STRING, name));
  require(l.open_container(message_, SD_BUS_TYPE_VARIANT, contents));
  require(l.append_basic(message_, type, value));
  require(l.close_container(message_));
  require(l.close_container(message_));
}

ValuesWriter& ValuesWriter::text(const char* name, const std::string& value) {
  entry(name, SD_BUS_TYPE_STRING, value.c_str());
  return *this;
}

ValuesWriter& ValuesWriter::number(const char* name, std::uint32_t value) {
  entry(name, SD_BUS_TYPE_UINT32, &value);
  return *this;
}

ValuesWriter& ValuesWriter::boolean(const char* name, bool value) {
  const int wide = value ? 1 : 0;
  entry(name, SD_BUS_TYPE_BOOLEAN, &wide);
  return *this;
}

void ValuesWriter::close() {
  require(bus_library().close_container(message_));
}

template <typename T>
std::optional<T> Value::basic(char type) {
  if (type_.size() != 1 || type_[0] != type) return std::nullopt;
  T value{};
  taken_ = true;
  if (bus_library().read_basic(message_, type, &value) <= 0) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> Value::number() {
  return basic<std::uint32_t>(SD_BUS_TYPE_UINT32);
}

std::optional<std::uint64_t> Value::long_number() {
  return basic<std::uint64_t>(SD_BUS_TYPE_UINT64);
}

std::optional<std::string> Value::text() {
  auto found = basic<const char*>(SD_BUS_TYPE_STRING);
  if (!found) found = basic<const char*>(SD_BUS_TYPE_OBJECT_PATH);
  if (!found || *found == nullptr) return std::nullopt;
  return std::string(*found);
}

std::optional<Point> Value::pair() {
  if (type_ != "(ii)") return std::nullopt;
  taken_ = true;
  const BusLibrary& l = bus_library();
  Point both;
  if (!enter(message_, SD_BUS_TYPE_STRUCT, "ii") ||
      l.read_basic(message_, SD_BUS_TYPE_INT32, &both.x) <= 0 ||
      l.read_basic(message_, SD_BUS_TYPE_INT32, &both.y) <= 0 || !leave(message_))
    return std::nullopt;
  return both;
}

std::optional<std::uint32_t> Value::first_of_streams(
    const std::function<void(std::string_view name, Value& value)>& each) {
  if (type_ != "a(ua{sv})") return std::nullopt;
  taken_ = true;
  const BusLibrary& l = bus_library();
  std::optional<std::uint32_t> first;
  if (!enter(message_, SD_BUS_TYPE_ARRAY, "(ua{sv})")) return std::nullopt;
  while (enter(message_, SD_BUS_TYPE_STRUCT, "ua{sv}")) {
    std::uint32_t number = 0;
    if (l.read_basic(message_, SD_BUS_TYPE_UINT32, &number) <= 0) return std::nullopt;
    const bool wanted = !first;
    if (wanted) first = number;
    const bool whole = read_values(message_, [&](std::string_view name, Value& value) {
      if (wanted) each(name, value);
    });
    if (!whole || !leave(message_)) return std::nullopt;
  }
  leave(message_);
  return first;
}

bool read_values(sd_bus_message* message,
                 const std::function<void(std::string_view name, Value& value)>& each) {
  const BusLibrary& l = bus_library();
  if (!enter(message, SD_BUS_TYPE_ARRAY, "{sv}")) return false;
  while (enter(message, SD_BUS_TYPE_DICT_ENTRY, "sv")) {
    const char* name = nullptr;
    char kind = 0;
    const char* contents = nullptr;
    if (l.read_basic(message, SD_BUS_TYPE_STRING, &name) <= 0 ||
        l.peek_type(message, &kind, &contents) <= 0 || kind != SD_BUS_TYPE_VARIANT ||
        contents == nullptr)
      return false;
    const std::string type = contents;
    if (!enter(message, SD_BUS_TYPE_VARIANT, type.c_str())) return false;
    Value value(message, type);
    each(name, value);
    if (!value.taken() && l.skip(message, type.c_str()) < 0) return false;
    if (!leave(message) || !leave(message)) return false;
  }
  return leave(message);
}

}  // namespace rustcam::portal
