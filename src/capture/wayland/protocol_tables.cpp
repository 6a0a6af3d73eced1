// The tables that libwayland reads the protocols from, as wayland-scanner made them (in C).

// They are ours alone: a library of Wayland in the same program must find its own, which may be
// newer and longer.
#pragma GCC visibility push(hidden)

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
#include <ext-image-capture-source-protocol.inc>
#include <ext-image-copy-capture-protocol.inc>
#include <presentation-time-protocol.inc>
#include <viewporter-protocol.inc>
#include <wayland-protocol.inc>
#include <wlr-layer-shell-protocol.inc>
#include <wlr-screencopy-protocol.inc>
#include <xdg-output-protocol.inc>
#include <xdg-shell-protocol.inc>
}

#pragma GCC visibility pop
