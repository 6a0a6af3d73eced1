#include <array>
#include <cstdio>
#include <string>
#include <variant>

#include "base/utf8.h"
#include "cli/drawing.h"

namespace rustcam::cli {

namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", value);
  std::string out = text.data();
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out;
}

std::string hex(Color color) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "#%06x", color & 0xFFFFFFU);
  return text.data();
}

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + value + "\"";
}
std::string attribute(const char* name, double value) {
  return attribute(name, number(value));
}

std::string element(const Box& b) {
  return "<rect" + attribute("x", b.x) + attribute("y", b.y) + attribute("width", b.width) +
         attribute("height", b.height) + attribute("fill", hex(b.color)) + "/>\n";
}

std::string element(const Line& l) {
  return "<line" + attribute("x1", l.x1) + attribute("y1", l.y1) + attribute("x2", l.x2) +
         attribute("y2", l.y2) + attribute("stroke", hex(l.color)) +
         (l.dashed ? attribute("stroke-dasharray", "4 3") : std::string()) + "/>\n";
}

std::string element(const Label& l) {
  std::string anchor;
  if (l.anchor == Anchor::middle) anchor = attribute("text-anchor", "middle");
  if (l.anchor == Anchor::end) anchor = attribute("text-anchor", "end");
  return "<text" + attribute("x", l.x) + attribute("y", l.baseline) +
         attribute("font-size", l.size) + attribute("fill", hex(l.color)) + anchor +
         (l.bold ? attribute("font-weight", "bold") : std::string()) + ">" + escaped(l.text) +
         "</text>\n";
}

}  // namespace

std::string to_svg(const Drawing& drawing) {
  std::string out =
      "<svg xmlns=\"http://www.w3.org/2000/svg\"" +
      attribute("viewBox", "0 0 " + number(drawing.width) + " " + number(drawing.height)) +
      attribute("width", drawing.width) + attribute("height", drawing.height) +
      attribute("role", "img") + attribute("font-family", "system-ui, sans-serif") + ">\n<title>" +
      escaped(drawing.title) + "</title>\n" +
      element(Box{0, 0, drawing.width, drawing.height, 0xFFFFFF});
  for (const auto& shape : drawing.shapes)
    out += std::visit([](const auto& each) { return element(each); }, shape);
  return out + "</svg>\n";
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : printable(text)) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

}  // namespace rustcam::cli
