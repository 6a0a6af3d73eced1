"""Real shells at a terminal: a line is typed, a key is pressed, and the line that stands there then is read."""

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import time

from cli_driver import CLI, SLOW, environment

KEYS = {"complete": b"\t", "all": b"\x1b*", "read": b"\x18\x0c"}


def shell_environment(home, **changes):
    """An empty home folder, and a PATH on which the program is, under its own name, before any installed one."""
    programs = home / "programs"
    programs.mkdir(exist_ok=True)
    link = programs / "rustcam-cli"
    if not link.exists():
        link.symlink_to(CLI)
    kept = {k: v for k, v in environment().items() if not k.startswith(("XDG_", "BASH", "ZDOTDIR", "COMP"))}
    return {**kept, "HOME": str(home), "PATH": f"{programs}:{os.environ['PATH']}", "TERM": "xterm", "LC_ALL": "C.UTF-8",
            "INPUTRC": "/dev/null", "HISTFILE": "", **changes}


class Terminal:
    """A shell that reads what is typed; `setup` makes ^X^L print the line between << and >>, and empty it."""

    def __init__(self, command, env, cwd, setup):
        assert shutil.which(command[0]), f"{command[0]} is missing: scripts/install-deps.sh test"
        pid, self.fd = pty.fork()
        if pid == 0:
            os.chdir(cwd)
            os.execvpe(command[0], command, env)
        self.pid = pid
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 8000, 0, 0))
        self.seen = b""
        os.write(self.fd, setup.encode() + b"\nprint''f 'ready%s\\n' now\n")
        self.wait(rb"readynow")

    def wait(self, pattern):
        """What matches `pattern` in the output after the last match."""
        end = time.monotonic() + 20 * SLOW
        while True:
            found = re.search(pattern, self.seen, re.DOTALL)
            if found:
                self.seen = self.seen[found.end():]
                return found
            left = end - time.monotonic()
            ready = left > 0 and select.select([self.fd], [], [], left)[0]
            assert ready, f"no {pattern} in {self.seen.decode(errors='replace')}"
            self.seen += os.read(self.fd, 65536)

    def after(self, line, key):
        """The line that stands there when `key` was pressed at the end of `line`."""
        os.write(self.fd, line.encode() + KEYS[key] + KEYS["read"])
        return self.wait(rb"<<([^\r\n]*)>>").group(1).decode()

    def complete(self, line):
        return self.after(line, "complete")

    def candidates(self, line):
        """All that could stand after the line's last space or =."""
        kept = re.match(r".*[ =]", line).group()
        result = self.after(line, "all")
        assert result.startswith(kept), result
        pieces = [] if result == line else result[len(kept):].split()
        # zsh repeats the "--option=" before each value, and offers options with a "=" that goes away.
        return sorted(re.sub(r"^(--[a-z-]+)=(.*)$", lambda m: m.group(2) or m.group(1), piece) for piece in pieces)

    def stop(self):
        os.kill(self.pid, signal.SIGHUP)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def bash(env, cwd, setup=""):
    read = r"""bind -x '"\C-x\C-l": printf "\n<<%s>>\n" "$READLINE_LINE"; READLINE_LINE= READLINE_POINT=0'"""
    return Terminal(["bash", "--norc", "--noprofile", "-i"], env, cwd,
                    "bind 'set enable-bracketed-paste off'; bind 'set bell-style none'\n"
                    "bind 'set completion-query-items 0'; bind 'set page-completions off'\n" + read + "\n" + setup)


def zsh(env, cwd, setup=""):
    return Terminal(["zsh", "-f", "-i"], env, cwd, setup + r"""
unsetopt zle_bracketed_paste beep 2>/dev/null; unset zle_bracketed_paste; PS1='% '
read-line() { zle -I; print -r -- "<<$BUFFER>>"; BUFFER= }
zle -N read-line; bindkey '^X^L' read-line
zle -C all-matches complete-word _generic; bindkey '\e*' all-matches
zstyle ':completion:all-matches:*' insert true
zstyle ':completion:all-matches::::' completer _all_matches _complete
""")


def fish(env, cwd, setup=""):
    return Terminal(["fish", "-i"], env, cwd, r"""
bind \cx\cl 'printf "\n<<%s>>\n" (commandline); commandline ""'
""" + setup)


def fish_offers(env, cwd, line):
    """What fish offers for `line`, without the descriptions: its own command for that tells them all."""
    assert shutil.which("fish"), "fish is missing: scripts/install-deps.sh test"
    result = subprocess.run(["fish", "-c", "complete -C $argv[1]", line], env=env, cwd=cwd, timeout=30 * SLOW,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
    assert result.stderr == b"", result.stderr.decode()
    return [each.split("\t")[0] for each in result.stdout.decode().splitlines()]
