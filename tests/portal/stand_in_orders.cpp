#include "stand_in_orders.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cast_lies.h"

namespace rustcam::test {
namespace {

using Words = std::vector<std::string>;

std::int32_t number(const Words& words, std::size_t at) {
  return std::stoi(words.at(at));
}

void point(CastDesktop& desktop, const Words& words) {
  if (words.at(1) == "hide")
    desktop.screen().move_pointer(std::nullopt);
  else
    desktop.screen().move_pointer(Point{number(words, 1), number(words, 2)});
}

void crop(CastDesktop& desktop, const Words& words) {
  const Rect part{number(words, 1), number(words, 2), number(words, 3), number(words, 4)};
  if (part.empty() || !Rect::of(desktop.screen().size()).contains(part))
    throw std::invalid_argument("this is no part of the screen");
  desktop.screen().set_crop(part);
}

void turn(CastDesktop& desktop, const Words& words) {
  const std::int32_t to = number(words, 1);
  if (to < 0 || to > 7) throw std::invalid_argument("a transform is 0 to 7");
  desktop.screen().set_transform(static_cast<std::uint32_t>(to));
}

void lie(CastDesktop& desktop, const Words& words) {
  if (words.at(1) == "list") {
    nlohmann::json names = nlohmann::json::array();
    for (const CastLie& each : cast_lies()) names.push_back(each.name);
    desktop.desk().tell({{"event", "hostile"}, {"names", names}});
    return;
  }
  desktop.desk().lie = find_cast_lie(words.at(1));
  if (desktop.desk().lie == nullptr && words.at(1) != "none")
    throw std::invalid_argument("there is no such lie");
}

const std::map<std::string, std::function<void(CastDesktop&, const Words&)>>& orders() {
  static const std::map<std::string, std::function<void(CastDesktop&, const Words&)>> known{
      {"look", [](CastDesktop&, const Words&) {}},  // for those who want to have all that was told
      {"still", [](CastDesktop& d, const Words&) { d.screen().stand(); }},
      {"move", [](CastDesktop& d, const Words&) { d.screen().go_on(); }},
      {"step", [](CastDesktop& d, const Words&) { d.screen().step(); }},
      {"again", [](CastDesktop& d, const Words&) { d.show_again(); }},
      {"black", [](CastDesktop& d, const Words&) { d.screen().turn_black(); }},
      {"pointer", point},
      {"size", [](CastDesktop& d, const Words& words) { d.resize(parse_size(words.at(1))); }},
      {"crop", crop},
      {"transform", turn},
      {"stall", [](CastDesktop& d, const Words&) { d.stall(); }},
      {"resume", [](CastDesktop& d, const Words&) { d.resume(); }},
      {"restart", [](CastDesktop& d, const Words&) { d.restart(); }},
      {"vanish", [](CastDesktop& d, const Words&) { d.vanish(); }},
      {"hostile", lie},
      {"pictures",
       [](CastDesktop& d, const Words& words) { d.desk().tells_pictures = words.at(1) == "on"; }},
  };
  return known;
}

}  // namespace

Size parse_size(const std::string& text) {
  std::istringstream in(text);
  Size size;
  char by = 0;
  if (!(in >> size.width >> by >> size.height) || by != 'x' || size.width < 1 || size.height < 1 ||
      size.width > 16384 || size.height > 16384)
    throw std::invalid_argument("a size is WxH");
  return size;
}

bool obey(const std::string& order, CastDesktop& desktop) {
  std::istringstream in(order);
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  if (words.empty()) return false;
  const auto found = orders().find(words.front());
  if (found == orders().end()) return false;
  found->second(desktop, words);
  return true;
}

}  // namespace rustcam::test
