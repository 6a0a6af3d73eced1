#include "config.h"

#include <dxgi1_6.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace layer {
namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

HRESULT code_by_name(const std::string& name) {
  static const std::array<std::pair<const char*, HRESULT>, 12> codes{{
      {"ACCESS_LOST", DXGI_ERROR_ACCESS_LOST},
      {"INVALID_CALL", DXGI_ERROR_INVALID_CALL},
      {"WAIT_ABANDONED", static_cast<HRESULT>(WAIT_ABANDONED)},
      {"SESSION_DISCONNECTED", DXGI_ERROR_SESSION_DISCONNECTED},
      {"DEVICE_REMOVED", DXGI_ERROR_DEVICE_REMOVED},
      {"DEVICE_RESET", DXGI_ERROR_DEVICE_RESET},
      {"UNSUPPORTED", DXGI_ERROR_UNSUPPORTED},
      {"NOT_CURRENTLY_AVAILABLE", DXGI_ERROR_NOT_CURRENTLY_AVAILABLE},
      {"MODE_CHANGE_IN_PROGRESS", DXGI_ERROR_MODE_CHANGE_IN_PROGRESS},
      {"E_ACCESSDENIED", E_ACCESSDENIED},
      {"E_INVALIDARG", E_INVALIDARG},
      {"E_OUTOFMEMORY", E_OUTOFMEMORY},
  }};
  for (const auto& [known, code] : codes)
    if (name == known) return code;
  throw std::invalid_argument("unknown code " + name);
}

rustcam::Size parse_size(const std::string& text) {
  const auto parts = split(text, 'x');
  if (parts.size() != 2) throw std::invalid_argument("not a size: " + text);
  return {std::stoi(parts[0]), std::stoi(parts[1])};
}

Span parse_span(const std::string& text) {
  const auto parts = split(text, ':');
  if (parts.size() != 2) throw std::invalid_argument("not FROM:LENGTH: " + text);
  return {std::stod(parts[0]), std::stod(parts[1])};
}

Fault parse_fault(const std::string& text) {
  const auto parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 4)
    throw std::invalid_argument("not TIME:CODE[:DOWN[:OPENCODE]]: " + text);
  Fault fault{std::stod(parts[0]), code_by_name(parts[1]), 0, S_OK};
  if (parts.size() > 2) fault.down_s = std::stod(parts[2]);
  fault.open_code = parts.size() > 3 ? code_by_name(parts[3]) : E_ACCESSDENIED;
  return fault;
}

PointerChoice parse_pointer(const std::string& text) {
  if (text == "none") return PointerChoice::none;
  if (text == "color") return PointerChoice::color;
  if (text == "masked") return PointerChoice::masked;
  if (text == "mono") return PointerChoice::mono;
  throw std::invalid_argument("unknown pointer " + text);
}

void set(Config& config, const std::string& key, const std::string& value) {
  if (key == "outputs") {
    config.outputs = std::stoi(value);
  } else if (key == "size") {
    config.size = parse_size(value);
  } else if (key == "hz") {
    config.hz = rustcam::parse_rate(value).value();
  } else if (key == "scene") {
    config.scene = value;
  } else if (key == "rotation") {
    config.rotation = static_cast<rustcam::Rotation>(std::stoi(value));
  } else if (key == "hdr") {
    config.hdr_nits = std::stod(value);
  } else if (key == "no_white_level") {
    config.no_white_level = value == "1";
  } else if (key == "pointer") {
    config.pointer = parse_pointer(value);
  } else if (key == "pointer_at") {
    const auto parts = split(value, ',');
    config.pointer_at = rustcam::Point{std::stoi(parts.at(0)), std::stoi(parts.at(1))};
  } else if (key == "pointer_hz") {
    config.pointer_hz = std::stod(value);
  } else if (key == "black") {
    config.black = std::stoi(value);
  } else if (key == "once") {
    config.once = value == "1";
  } else if (key == "moves") {
    config.moves = value == "1";
  } else if (key == "no_rects") {
    config.no_rects = value == "1";
  } else if (key == "split") {
    config.split = std::stoi(value);
  } else if (key == "protect") {
    config.protect = value == "1";
  } else if (key == "no_duplicate1") {
    config.no_duplicate1 = value == "1";
  } else if (key == "no_video") {
    config.no_video = value == "1";
  } else if (key == "open") {
    config.open_code = code_by_name(value);
  } else if (key == "fault") {
    for (const std::string& fault : split(value, ',')) config.faults.push_back(parse_fault(fault));
  } else if (key == "every") {
    config.loss_every_s = std::stod(value);
  } else if (key == "mode") {
    const auto parts = split(value, ':');
    config.modes.push_back({std::stod(parts.at(0)), parse_size(parts.at(1))});
  } else if (key == "gone") {
    config.gone = parse_span(value);
  } else if (key == "hang") {
    config.hangs_at_s = std::stod(value);
  } else if (key == "stall") {
    config.stall = parse_span(value);
  } else if (key == "start") {
    config.start = std::stoll(value);
  } else {
    throw std::invalid_argument("unknown key " + key);
  }
}

}  // namespace

Config parse_config(std::string_view text) {
  Config config;
  for (const std::string& entry : split(text, ';')) {
    if (entry.empty()) continue;
    const auto equals = entry.find('=');
    if (equals == std::string::npos) throw std::invalid_argument("not key=value: " + entry);
    set(config, entry.substr(0, equals), entry.substr(equals + 1));
  }
  return config;
}

}  // namespace layer
