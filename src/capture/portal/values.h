// Reading and writing what the portal's calls carry: a{sv}, names with values of any type.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/geometry.h"
#include "capture/portal/bus.h"

namespace rustcam::portal {

/// Appends one a{sv}; close() ends it. Throws Error if there is no memory left.
class ValuesWriter {
 public:
  explicit ValuesWriter(const Message& message);
  ValuesWriter& text(const char* name, const std::string& value);
  ValuesWriter& number(const char* name, std::uint32_t value);
  ValuesWriter& boolean(const char* name, bool value);
  void close();

 private:
  void entry(const char* name, char type, const void* value);
  sd_bus_message* message_;
};

/// What the bus takes as the path of an object.
bool is_object_path(std::string_view text);
/// Throws Error if `value` is not of this type.
void append_text(const Message& message, char type, const std::string& value);

/// One value of an a{sv}. Whatever is not asked for is skipped.
class Value {
 public:
  explicit Value(sd_bus_message* message, std::string_view type) : message_(message), type_(type) {}
  /// nullopt: it is of another type.
  std::optional<std::uint32_t> number();
  std::optional<std::uint64_t> long_number();
  /// A string or an object path.
  std::optional<std::string> text();
  std::optional<Point> pair();
  /// Of an a(ua{sv}): calls for each entry of the first of them; the number. nullopt: there is
  /// none.
  std::optional<std::uint32_t> first_of_streams(
      const std::function<void(std::string_view name, Value& value)>& each);
  bool taken() const noexcept { return taken_; }
  const std::string& type() const noexcept { return type_; }

 private:
  template <typename T>
  std::optional<T> basic(char type);

  sd_bus_message* message_;
  std::string type_;
  bool taken_ = false;
};

/// Reads one a{sv} that comes next in `message`. False if there is none, or it is broken.
bool read_values(sd_bus_message* message,
                 const std::function<void(std::string_view name, Value& value)>& each);

}  // namespace rustcam::portal
