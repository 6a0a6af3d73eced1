// Places in COM's function tables, and what stands there.
#pragma once

#include <windows.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace layer {

/// Writes to memory that may be read-only.
inline void write_pointer(void** at, void* value) {
  DWORD before = 0;
  VirtualProtect(at, sizeof value, PAGE_READWRITE, &before);
  *at = value;
  VirtualProtect(at, sizeof value, before, &before);
}

/// The place of a virtual method in its class's function table. GCC's pointer to it holds the
/// table's offset in bytes, plus one.
template <typename Method>
std::size_t slot_of(Method method) {
  struct {
    std::uintptr_t offset_plus_one;
    std::ptrdiff_t adjustment;
  } pointer;
  static_assert(sizeof pointer == sizeof method);
  std::memcpy(&pointer, &method, sizeof pointer);
  return (pointer.offset_plus_one - 1) / sizeof(void*);
}

inline void** table_of(void* object) {
  return *static_cast<void***>(object);
}

/// Puts `mine` into the function table of `object`, for all objects that share the table, and tells
/// `original` what stood there. Does nothing the second time.
template <typename Method, typename Function>
void replace_method(void* object, Method method, Function* mine, Function*& original) {
  void** place = table_of(object) + slot_of(method);
  if (*place == reinterpret_cast<void*>(mine)) return;
  original = reinterpret_cast<Function*>(*place);
  write_pointer(place, reinterpret_cast<void*>(mine));
}

}  // namespace layer
