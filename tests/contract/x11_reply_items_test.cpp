#include <doctest/doctest.h>
#include <xcb/xproto.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "capture/x11/reply_items.h"

namespace rustcam::test {
namespace {

using x11::ReplyItems;

/// A reply of this many words behind its first 32 bytes, in memory of just its size.
struct Tree {
  explicit Tree(std::uint32_t words) : memory(8 + words) {
    reply().length = words;
    for (std::uint32_t i = 0; i < words; ++i) memory[8 + i] = 100 + i;
  }
  xcb_query_tree_reply_t& reply() {
    return *reinterpret_cast<xcb_query_tree_reply_t*>(memory.data());
  }
  std::vector<std::uint32_t> memory;
};

TEST_CASE("the items of a reply come in order") {
  Tree tree(3);
  ReplyItems items(tree.reply());
  const auto two = items.take<xcb_window_t>(2);
  REQUIRE(two.size() == 2);
  CHECK(two[0] == 100);
  CHECK(two[1] == 101);
  const auto* third = items.take_one<std::uint32_t>();
  REQUIRE(third != nullptr);
  CHECK(*third == 102);
  CHECK(items.complete());
  CHECK(items.take<xcb_window_t>(0).empty());
  CHECK(items.complete());
}

TEST_CASE("what a reply does not hold is not there, nor what would follow it") {
  for (const std::size_t count : {std::size_t{4}, std::size_t{1} << 32, SIZE_MAX / 4, SIZE_MAX}) {
    Tree tree(3);
    ReplyItems items(tree.reply());
    CHECK(items.take<xcb_window_t>(count).empty());
    CHECK_FALSE(items.complete());
    CHECK(items.take<std::uint8_t>(1).empty());
    CHECK(items.take_one<std::uint8_t>() == nullptr);
    CHECK_FALSE(items.complete());
  }
}

TEST_CASE("a reply may be too short for its own fixed part") {
  std::array<std::uint32_t, 11> memory{};
  auto& reply = *reinterpret_cast<xcb_get_window_attributes_reply_t*>(memory.data());
  reply.length = 3;
  CHECK(x11::has_fixed_part(reply));
  CHECK(ReplyItems(reply).take<std::uint8_t>(1).empty());
  reply.length = 2;
  CHECK_FALSE(x11::has_fixed_part(reply));
}

}  // namespace
}  // namespace rustcam::test
