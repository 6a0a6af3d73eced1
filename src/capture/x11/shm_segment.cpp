#include "capture/x11/shm_segment.h"

#include <sys/ipc.h>
#include <sys/shm.h>

#include <utility>

#include "platform/sealed_memory_posix.h"

namespace rustcam::x11 {

std::unique_ptr<ShmSegment> ShmSegment::create(const Connection& connection, std::size_t bytes) {
  // Over TCP a descriptor cannot be passed (xcb closes the connection over it), and a System V id
  // would name some other memory on the server's machine.
  if (!connection.shm().present || !connection.local()) return nullptr;
  std::unique_ptr<ShmSegment> segment(new ShmSegment(connection, bytes));
  if (connection.shm().at_least(1, 2) && segment->attach_descriptor()) return segment;
  segment.reset(new ShmSegment(connection, bytes));
  if (segment->attach_system_v()) return segment;
  return nullptr;
}

ShmSegment::ShmSegment(const Connection& connection, std::size_t bytes) noexcept
    : connection_(&connection), bytes_(bytes) {}

ShmSegment::~ShmSegment() {
  if (attached_) xcb_shm_detach(connection_->get(), id_);
}

void ShmSegment::populate() const noexcept {
  rustcam::populate(memory_.get(), bytes_);
}

bool ShmSegment::accepted(xcb_void_cookie_t cookie) {
  attached_ = connection_->check(cookie) == nullptr;
  return attached_;
}

bool ShmSegment::attach_descriptor() {
  auto made = SealedMemory::make("rustcam-screen", bytes_);
  if (!made) return false;
  memory_ = std::move(made->memory);
  id_ = connection_->new_id();
  // xcb closes the descriptor once it is sent.
  return accepted(xcb_shm_attach_fd_checked(connection_->get(), id_, made->fd.release(), 0));
}

bool ShmSegment::attach_system_v() {
  const int key = shmget(IPC_PRIVATE, bytes_, IPC_CREAT | 0600);
  if (key < 0) return false;
  void* data = shmat(key, nullptr, 0);
  bool ok = reinterpret_cast<std::intptr_t>(data) != -1;
  if (ok) {
    memory_.reset(static_cast<std::uint8_t*>(data), [](std::uint8_t* p) { shmdt(p); });
    id_ = connection_->new_id();
    ok = accepted(
        xcb_shm_attach_checked(connection_->get(), id_, static_cast<std::uint32_t>(key), 0));
  }
  // Marked for removal at once: it lives on while attached, and nothing is left if we are killed.
  shmctl(key, IPC_RMID, nullptr);
  return ok;
}

}  // namespace rustcam::x11
