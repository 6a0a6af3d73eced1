// The tables that libwayland reads the protocols from, as wayland-scanner made them (in C).
#include "protocols.h"

extern "C" {
#include <ext-image-capture-source-protocol.c>
#include <ext-image-copy-capture-protocol.c>
#include <wlr-screencopy-protocol.c>
#include <xdg-output-protocol.c>
}
