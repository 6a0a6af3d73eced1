// The tables that libwayland reads the protocols from, as wayland-scanner made them (in C).
#include <ext-image-capture-source-client.h>
#include <ext-image-copy-capture-client.h>
#include <presentation-time-client.h>
#include <viewporter-client.h>
#include <wayland-client-core.h>
#include <wayland-client.h>
#include <wlr-layer-shell-client.h>
#include <wlr-screencopy-client.h>
#include <xdg-output-client.h>
#include <xdg-shell-client.h>

extern "C" {
#include <ext-image-capture-source-protocol.c>
#include <ext-image-copy-capture-protocol.c>
#include <presentation-time-protocol.c>
#include <viewporter-protocol.c>
#include <wayland-protocol.c>
#include <wlr-layer-shell-protocol.c>
#include <wlr-screencopy-protocol.c>
#include <xdg-output-protocol.c>
#include <xdg-shell-protocol.c>
}
