/* Loaded before xdg-desktop-portal-wlr, whose versions up to 0.7 end every session if the compositor names no dmabuf
   format; sway has none without a GPU. It hears of one here. No dmabuf is ever made: for that it lacks a device, and
   so it offers memory alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

struct wl_proxy;
typedef void (*Function)(void);
typedef void (*Buffer)(void *, struct wl_proxy *, uint32_t, uint32_t, uint32_t, uint32_t);
typedef void (*Dmabuf)(void *, struct wl_proxy *, uint32_t, uint32_t, uint32_t);

enum { EVENTS = 7, BUFFER = 0, DMABUF = 5 };
static const uint32_t xrgb8888 = 0x34325258;
static Function theirs[EVENTS];

static void buffer(void *data, struct wl_proxy *frame, uint32_t format, uint32_t width, uint32_t height, uint32_t stride) {
  ((Buffer)theirs[BUFFER])(data, frame, format, width, height, stride);
  ((Dmabuf)theirs[DMABUF])(data, frame, xrgb8888, width, height);
}

int wl_proxy_add_listener(struct wl_proxy *proxy, Function *listener, void *data) {
  int (*next)(struct wl_proxy *, Function *, void *) =
      (int (*)(struct wl_proxy *, Function *, void *))dlsym(RTLD_NEXT, "wl_proxy_add_listener");
  const char *(*class)(struct wl_proxy *) = (const char *(*)(struct wl_proxy *))dlsym(RTLD_NEXT, "wl_proxy_get_class");
  static Function ours[EVENTS];
  if (strcmp(class(proxy), "zwlr_screencopy_frame_v1") != 0) return next(proxy, listener, data);
  memcpy(theirs, listener, sizeof theirs);
  memcpy(ours, listener, sizeof ours);
  ours[BUFFER] = (Function)buffer;
  return next(proxy, ours, data);
}
