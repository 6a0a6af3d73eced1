#include "compositor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "server.h"
#include "task_queue.h"

namespace rustcam::test {
namespace {

std::string make_folder() {
  std::string path = (std::filesystem::temp_directory_path() / "rustcam-wl-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  return path;
}

UniqueFd listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long a path: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size());
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), 128) != 0)
    throw std::runtime_error("cannot listen at " + path);
  return fd;
}

}  // namespace

/// A server and the thread that it is confined to.
class Compositor::Running {
 public:
  Running(const std::string& socket, CompositorReport& report, Faults& faults)
      : socket_(socket), server_(listen_at(socket), report, faults) {}
  ~Running() {
    if (thread_.joinable()) {
      tasks_.run([this] { server_.end(); });
      thread_.join();
    }
    unlink(socket_.c_str());
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void start() {
    thread_ = std::thread([this] { server_.serve(tasks_); });
  }
  void run(const std::function<void()>& task) { tasks_.run(task); }
  Server& server() noexcept { return server_; }

 private:
  std::string socket_;
  TaskQueue tasks_;
  Server server_;
  std::thread thread_;
};

Compositor::Compositor(const std::vector<OutputSettings>& outputs, Offer offered)
    : folder_(make_folder()), outputs_(outputs), offered_(offered) {
  restart();
}

Compositor::~Compositor() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Compositor::run(const std::function<void()>& task) {
  if (running_)
    running_->run(task);
  else
    task();
}

Compositor::Running& Compositor::running() {
  if (!running_) throw std::logic_error("the compositor is stopped");
  return *running_;
}

void Compositor::restart() {
  stop();
  auto next = std::make_unique<Running>(folder_ + "/" + display_, report_, faults_);
  Server& server = next->server();
  if (!formats_.empty()) server.desk().formats = formats_;
  server.desk().pointer.image = pointer_image_;
  server.offer(offered_);
  for (const OutputSettings& output : outputs_) server.add(output);
  next->start();
  running_ = std::move(next);
}

void Compositor::stop() {
  running_.reset();
}

void Compositor::add_output(const OutputSettings& settings) {
  running().run([&] { running_->server().add(settings); });
  outputs_.push_back(settings);
}

void Compositor::change_output(const OutputSettings& settings) {
  running().run([&] { running_->server().change(settings.name, settings); });
  *std::ranges::find(outputs_, settings.name, &OutputSettings::name) = settings;
}

void Compositor::remove_output(const std::string& name) {
  running().run([&] { running_->server().remove(name); });
  std::erase_if(outputs_, [&](const OutputSettings& one) { return one.name == name; });
}

void Compositor::paint(const std::string& output, const Rect& rect, std::uint32_t colour) {
  running().run([&] {
    Screen& screen = running_->server().screen(output);
    const Rect inside = intersect(rect, Rect::of(screen.size()));
    for (std::int32_t y = inside.top; y < inside.bottom; ++y)
      std::fill_n(screen.pixels() + std::ptrdiff_t{y} * screen.size().width + inside.left,
                  inside.width(), 0xFF000000 | colour);
    screen.changed(inside);
  });
}

void Compositor::paint(const std::string& output, Point corner, const ConstImageView& pixels) {
  running().run([&] {
    Screen& screen = running_->server().screen(output);
    const Rect inside = intersect(Rect::of(corner, pixels.size), Rect::of(screen.size()));
    const ImageView whole = screen.view();
    for (std::int32_t y = inside.top; y < inside.bottom; ++y)
      for (std::int32_t x = inside.left; x < inside.right; ++x) {
        std::uint8_t* pixel = whole.row(y) + std::ptrdiff_t{x} * 4;
        std::memcpy(pixel, pixels.row(y - corner.y) + std::ptrdiff_t{x - corner.x} * 4, 3);
        pixel[3] = 255;
      }
    screen.changed(inside);
  });
}

void Compositor::play(const std::string& output, std::string_view scene, double hz) {
  running().run([&] {
    Server& server = running_->server();
    server.play(output, make_scene(scene, server.screen(output).size()), from_s(1 / hz));
  });
}

void Compositor::stop_playing(const std::string& output) {
  running().run([&] { running_->server().play(output, nullptr, {}); });
}

void Compositor::move_pointer(const std::string& output, Point place) {
  running().run([&] {
    Server& server = running_->server();
    server.desk().move_pointer(&server.screen(output), place);
  });
}

void Compositor::hide_pointer() {
  running().run([&] { running_->server().desk().move_pointer(nullptr, {}); });
}

void Compositor::set_pointer_image(const PointerImage& image) {
  pointer_image_ = image;
  running().run([&] { running_->server().desk().set_pointer_image(image); });
}

void Compositor::offer(Offer offered) {
  offered_ = offered;
  running().run([&] { running_->server().offer(offered); });
}

void Compositor::set_formats(const std::vector<std::uint32_t>& formats) {
  formats_ = formats;
  running().run([&] { running_->server().desk().formats = formats; });
}

void Compositor::arm(Fault fault, int times) {
  run([&] { faults_.arm(fault, times); });
}

void Compositor::set_silent(bool silent) {
  running().run([&] { running_->server().set_silent(silent); });
}

CompositorReport Compositor::report() {
  CompositorReport copy;
  run([&] {
    copy = report_;
    for (const auto& [fault, times] : faults_.struck())
      copy.faults[std::string(name(fault))] = times;
    copy.counts["pending"] =
        running_ ? static_cast<int>(running_->server().desk().busy_buffers.size()) : 0;
  });
  return copy;
}

bool Compositor::wait_for(const std::function<bool(const CompositorReport&)>& seen,
                          Duration patience) {
  const TimePoint end = now() + patience;
  while (!seen(report())) {
    if (now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace rustcam::test
