"""A back end of xdg-desktop-portal for Mutter without GNOME Shell: it answers for the user, and asks Mutter for the
stream. What happens is told on stdout, a JSON line each; orders come on stdin, a line each."""

import json
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME = "org.freedesktop.impl.portal.desktop.rustcamtest"
PATH = "/org/freedesktop/portal/desktop"
CAST, PORTAL = "org.gnome.Mutter.ScreenCast", "org.freedesktop.impl.portal"
MONITOR, DISPLAYS = 1, "org.gnome.Mutter.DisplayConfig"

INTERFACES = Gio.DBusNodeInfo.new_for_xml("""<node>
<interface name="org.freedesktop.impl.portal.ScreenCast">
  <method name="CreateSession">
    <arg type="o" direction="in"/><arg type="o" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="u" direction="out"/><arg type="a{sv}" direction="out"/></method>
  <method name="SelectSources">
    <arg type="o" direction="in"/><arg type="o" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="u" direction="out"/><arg type="a{sv}" direction="out"/></method>
  <method name="Start">
    <arg type="o" direction="in"/><arg type="o" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
    <arg type="u" direction="out"/><arg type="a{sv}" direction="out"/></method>
  <property name="AvailableSourceTypes" type="u" access="read"/>
  <property name="AvailableCursorModes" type="u" access="read"/>
  <property name="version" type="u" access="read"/>
</interface>
<interface name="org.freedesktop.impl.portal.Session">
  <method name="Close"/><signal name="Closed"/><property name="version" type="u" access="read"/>
</interface>
</node>""")


def tell(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


def of(interface):
    return INTERFACES.lookup_interface(f"{PORTAL}.{interface}")


class BackEnd:
    """One answer for every dialogue ("allow" or "cancel"); a stream for each session."""

    def __init__(self, bus):
        self.bus = bus
        self.sessions = {}
        self.answer = "allow"
        self.pointer = None
        bus.register_object(PATH, of("ScreenCast"), self.called, self.property, None)

    def call(self, name, path, interface, method, arguments=None):
        return self.bus.call_sync(name, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, 20000, None)

    @staticmethod
    def property(_bus, _sender, _path, _interface, name):
        return GLib.Variant("u", {"AvailableSourceTypes": MONITOR, "AvailableCursorModes": 7}.get(name, 4))

    def called(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        handle, session, *_, options = arguments.unpack() if method != "Start" else self.start_arguments(arguments)
        try:
            answer, results = getattr(self, method)(session, options)
        except GLib.Error as error:
            tell("error", method=method, text=str(error))
            answer, results = 2, {}
        del handle
        invocation.return_value(GLib.Variant("(ua{sv})", (answer, results)))

    @staticmethod
    def start_arguments(arguments):
        handle, session, _app, _parent, options = arguments.unpack()
        return handle, session, options

    def CreateSession(self, session, _):
        """The object by which the portal closes it."""
        number = self.bus.register_object(session, of("Session"), lambda *call: self.closed(session, call[-1]),
                                          lambda *_: GLib.Variant("u", 1), None)
        self.sessions[session] = {"object": number, "options": {}}
        tell("CreateSession")
        return 0, {}

    def SelectSources(self, session, options):
        self.sessions[session]["options"] = options
        restored = "restore_data" in options
        tell("SelectSources", types=options.get("types"), cursor_mode=options.get("cursor_mode"),
             persist_mode=options.get("persist_mode"), restored=restored)
        return 0, {}

    def Start(self, session, _):
        options = self.sessions[session]["options"]
        restored = "restore_data" in options
        tell("Start", dialogue=not restored)
        if not restored and self.answer == "cancel":
            return 1, {}
        node, size = self.stream(session, options)
        tell("stream", node=node)
        persist = options.get("persist_mode", 0)
        results = {"streams": GLib.Variant("a(ua{sv})", [(node, {
            "id": GLib.Variant("s", "0"), "source_type": GLib.Variant("u", MONITOR),
            "position": GLib.Variant("(ii)", (0, 0)), "size": GLib.Variant("(ii)", size)})]),
            "persist_mode": GLib.Variant("u", persist)}
        if persist:
            results["restore_data"] = GLib.Variant("(suv)", ("rustcam-test", 1, GLib.Variant("s", self.monitor()[0])))
        return 0, results

    def monitor(self):
        """The first one: its connector, and the logical size."""
        state = self.call(DISPLAYS, "/org/gnome/Mutter/DisplayConfig", DISPLAYS, "GetCurrentState").unpack()
        (connector, *_), modes, _ = state[1][0]
        mode = next(each for each in modes if each[6].get("is-current"))
        turned = state[2][0][3] % 2 == 1
        return connector, (mode[2], mode[1]) if turned else (mode[1], mode[2])

    def stream(self, session, options):
        """Returns the node's number and the size that Mutter tells."""
        connector, size = self.monitor()
        path, = self.call(CAST, "/org/gnome/Mutter/ScreenCast", CAST, "CreateSession",
                          GLib.Variant("(a{sv})", ({},))).unpack()
        # Mutter counts the modes: hidden, embedded, metadata; the portal gives each a bit.
        cursor = {1: 0, 2: 1, 4: 2}[options.get("cursor_mode", 1)]
        stream, = self.call(CAST, path, f"{CAST}.Session", "RecordMonitor", GLib.Variant(
            "(sa{sv})", (connector, {"cursor-mode": GLib.Variant("u", cursor)}))).unpack()
        loop, nodes = GLib.MainLoop.new(None, False), []

        def added(*signal):
            nodes.append(signal[5].unpack()[0])
            loop.quit()

        watched = self.bus.signal_subscribe(CAST, f"{CAST}.Stream", "PipeWireStreamAdded", stream, None,
                                            Gio.DBusSignalFlags.NONE, added)
        ended = self.bus.signal_subscribe(CAST, f"{CAST}.Session", "Closed", path, None, Gio.DBusSignalFlags.NONE,
                                          lambda *_: self.end(session))
        self.call(CAST, path, f"{CAST}.Session", "Start")
        GLib.timeout_add_seconds(20, loop.quit)
        loop.run()
        self.bus.signal_unsubscribe(watched)
        self.sessions[session].update(cast=path, watched=ended)
        return nodes[0], size

    def release(self, session):
        known = self.sessions.pop(session, None)
        if not known:
            return False
        self.bus.unregister_object(known["object"])
        if "cast" in known:
            self.bus.signal_unsubscribe(known["watched"])
            try:
                self.call(CAST, known["cast"], f"{CAST}.Session", "Stop")
            except GLib.Error:
                pass  # Mutter has ended it
        return True

    def closed(self, session, invocation):
        invocation.return_value(None)
        if self.release(session):
            tell("Close")

    def end(self, session):
        """The compositor, or the user, has ended it."""
        if session in self.sessions:
            self.bus.emit_signal(None, session, f"{PORTAL}.Session", "Closed", None)
            self.release(session)
            tell("Closed")

    def move_pointer(self, x, y):
        """By a device of Mutter's own; the first one stays, for a pointer is drawn only while there is one."""
        remote = "org.gnome.Mutter.RemoteDesktop"
        if not self.pointer:
            self.pointer, = self.call(remote, "/org/gnome/Mutter/RemoteDesktop", remote, "CreateSession").unpack()
            self.call(remote, self.pointer, f"{remote}.Session", "Start")
        for step in ((-20000.0, -20000.0), (x, y)):
            self.call(remote, self.pointer, f"{remote}.Session", "NotifyPointerMotionRelative", GLib.Variant("(dd)", step))

    def turn(self, transform):
        """The first monitor by so many quarters: a new size for its stream."""
        state = self.call(DISPLAYS, "/org/gnome/Mutter/DisplayConfig", DISPLAYS, "GetCurrentState").unpack()
        (connector, *_), modes, _ = state[1][0]
        mode = next(each[0] for each in modes if each[6].get("is-current"))
        self.call(DISPLAYS, "/org/gnome/Mutter/DisplayConfig", DISPLAYS, "ApplyMonitorsConfig", GLib.Variant(
            "(uua(iiduba(ssa{sv}))a{sv})",
            (state[0], 1, [(0, 0, 1.0, transform, True, [(connector, mode, {})])], {})))

    def order(self, words):
        if words[0] == "answer":
            self.answer = words[1]
        elif words[0] == "pointer":
            self.move_pointer(float(words[1]), float(words[2]))
        elif words[0] == "turn":
            self.turn(int(words[1]))
        elif words[0] == "close":
            for session in list(self.sessions):
                self.end(session)
        tell("done", order=" ".join(words))


def main(kind=BackEnd):
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    back_end = kind(bus)
    loop = GLib.MainLoop()

    def read(source, _condition):
        line = source.readline()
        if not line:
            loop.quit()
            return False
        try:
            back_end.order(line.split())
        except GLib.Error as error:
            tell("error", order=line.strip(), text=str(error))
        return True

    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, read)
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, lambda *_: tell("ready"), None)
    loop.run()


if __name__ == "__main__":
    main()
