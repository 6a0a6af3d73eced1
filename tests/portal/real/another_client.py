"""Another's hand: has the portal's conversation, then runs a command in which {fd} and {node} stand for what the portal
gave.  another_client.py [--cursor hidden|embedded|metadata] COMMAND [ARGUMENT...]"""

import argparse
import os
import subprocess
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME, PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
CAST = "org.freedesktop.portal.ScreenCast"
CURSORS = {"hidden": 1, "embedded": 2, "metadata": 4}


class Conversation:
    """On the bus at `address`. The session lives until close()."""

    def __init__(self, address):
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.count = 0

    def request(self, method, before, options):
        """Calls a method whose answer comes as a signal; returns the results."""
        self.count += 1
        token = f"rustcam{self.count}"
        sender = self.bus.get_unique_name()[1:].replace(".", "_")
        path = f"/org/freedesktop/portal/desktop/request/{sender}/{token}"
        loop, answers = GLib.MainLoop(), []

        def answered(*signal):
            answers.append(signal[5].unpack())
            loop.quit()

        self.bus.signal_subscribe(NAME, "org.freedesktop.portal.Request", "Response", path, None,
                                  Gio.DBusSignalFlags.NONE, answered)
        kinds = "(" + "".join(kind for kind, _ in before) + "a{sv})"
        options = {**options, "handle_token": GLib.Variant("s", token)}
        self.bus.call_sync(NAME, PATH, CAST, method, GLib.Variant(kinds, (*[each for _, each in before], options)), None,
                           Gio.DBusCallFlags.NONE, 30000, None)
        GLib.timeout_add_seconds(60, loop.quit)
        loop.run()
        if not answers or answers[0][0] != 0:
            sys.exit(f"another_client: {method} was answered {answers}")
        return answers[0][1]

    def hold(self, cursor):
        """Returns PipeWire's file descriptor and the node."""
        made = self.request("CreateSession", [], {"session_handle_token": GLib.Variant("s", "rustcam")})
        session = made["session_handle"]
        self.request("SelectSources", [("o", session)], {
            "types": GLib.Variant("u", 1), "cursor_mode": GLib.Variant("u", CURSORS[cursor])})
        started = self.request("Start", [("o", session), ("s", "")], {})
        answer, files = self.bus.call_with_unix_fd_list_sync(
            NAME, PATH, CAST, "OpenPipeWireRemote", GLib.Variant("(oa{sv})", (session, {})), None,
            Gio.DBusCallFlags.NONE, 30000, None, None)
        return files.get(answer.unpack()[0]), started["streams"][0]

    def close(self):
        self.bus.close_sync(None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cursor", choices=CURSORS, default="embedded")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    conversation = Conversation(os.environ["DBUS_SESSION_BUS_ADDRESS"])
    fd, stream = conversation.hold(options.cursor)
    print(f"another_client: node {stream[0]}, {stream[1]}", file=sys.stderr)
    os.set_inheritable(fd, True)
    command = [each.format(fd=fd, node=stream[0]) for each in options.command]
    sys.exit(subprocess.run(command, pass_fds=[fd], check=False).returncode)


if __name__ == "__main__":
    main()
