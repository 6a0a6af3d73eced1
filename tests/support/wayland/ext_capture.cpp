#include "ext_capture.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "ext_cursor.h"
#include "ext_frame.h"
#include "ext_session.h"
#include "resource.h"

namespace rustcam::test {
namespace {

const struct ext_image_capture_source_v1_interface source_requests = {destroy_resource};

/// A source is its screen.
void create_source(wl_client* client, wl_resource* manager, std::uint32_t id, wl_resource* output) {
  make_resource(client, ext_image_capture_source_v1_interface, wl_resource_get_version(manager), id,
                &source_requests, object_of<Screen>(output));
}

const struct ext_output_image_capture_source_manager_v1_interface source_manager_requests = {
    create_source, destroy_resource};

void create_session(wl_client* client, wl_resource* manager, std::uint32_t id, wl_resource* source,
                    std::uint32_t options) {
  ExtCapture& owner = *object_of<ExtCapture>(manager);
  if ((options & ~wire::ext_paint_cursors) != 0)
    return owner.desk().forbid(manager, wire::ext_invalid_option, "invalid_option",
                               "a session is asked for with an option that does not exist");
  std::make_shared<ExtSession>(owner, *object_of<Screen>(source), ExtSession::Of::output,
                               (options & wire::ext_paint_cursors) != 0)
      ->introduce(client, wl_resource_get_version(manager), id);
}

void create_pointer_cursor_session(wl_client* client, wl_resource* manager, std::uint32_t id,
                                   wl_resource* source, wl_resource*) {
  ExtCursor::create(*object_of<ExtCapture>(manager), *object_of<Screen>(source), client,
                    wl_resource_get_version(manager), id);
}

const struct ext_image_copy_capture_manager_v1_interface manager_requests = {
    create_session, create_pointer_cursor_session, destroy_resource};

void bind_sources(wl_client* client, void* data, std::uint32_t version, std::uint32_t id) {
  make_resource(client, ext_output_image_capture_source_manager_v1_interface,
                static_cast<int>(version), id, &source_manager_requests, data);
}

void bind_manager(wl_client* client, void* data, std::uint32_t version, std::uint32_t id) {
  make_resource(client, ext_image_copy_capture_manager_v1_interface, static_cast<int>(version), id,
                &manager_requests, data);
}

}  // namespace

void ExtCapture::offer(bool offered) {
  if (offered == (manager_ != nullptr)) return;
  if (offered) {
    sources_ =
        wl_global_create(desk_.display, &ext_output_image_capture_source_manager_v1_interface, 1,
                         this, bind_sources);
    manager_ = wl_global_create(desk_.display, &ext_image_copy_capture_manager_v1_interface, 1,
                                this, bind_manager);
  } else {
    // The display frees them: a client may be binding one just now.
    wl_global_remove(sources_);
    wl_global_remove(manager_);
    sources_ = manager_ = nullptr;
  }
}

template <typename Call>
void ExtCapture::for_sessions(const Screen& screen, Call call) {
  for (ExtSession* session : sessions_)
    if (&session->screen() == &screen) call(*session);
}

void ExtCapture::damaged(Screen& screen, const Region& region) {
  for_sessions(screen, [&](ExtSession& session) {
    if (session.of() == ExtSession::Of::output) session.add_damage(region);
  });
}

void ExtCapture::pointer_changed(Screen& screen, const Region& covered) {
  for_sessions(screen, [&](ExtSession& session) {
    if (session.of() == ExtSession::Of::output && session.pointer_drawn())
      session.add_damage(covered);
  });
  for (ExtCursor* cursor : cursors_)
    if (&cursor->screen() == &screen) cursor->tell(false);
}

void ExtCapture::pointer_reshaped() {
  for (ExtSession* session : sessions_)
    if (session->of() == ExtSession::Of::pointer) session->reshape();
  for (ExtCursor* cursor : cursors_) cursor->tell(true);
}

void ExtCapture::reshaped(Screen& screen) {
  for_sessions(screen, [](ExtSession& session) {
    if (session.of() == ExtSession::Of::output) session.reshape();
  });
}

void ExtCapture::removed(Screen& screen) {
  for_sessions(screen, [](ExtSession& session) { session.stop(); });
  for (ExtCursor* cursor : cursors_)
    if (&cursor->screen() == &screen) cursor->tell(false);
}

void ExtCapture::present(Screen& screen, TimePoint when) {
  for_sessions(screen, [&](ExtSession& session) {
    if (session.frame() != nullptr && session.frame()->pending()) session.frame()->present(when);
  });
}

void ExtCapture::client_left(wl_client* client) {
  for (ExtSession* session : sessions_)
    if (session->frame() != nullptr && session->frame()->client() == client)
      session->frame()->forget();
}

}  // namespace rustcam::test
