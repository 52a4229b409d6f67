"""A program for tests: runs a command on a terminal of its own and types on it.

on-terminal.py WAIT_FOR TYPED COMMAND...: types TYPED (Python escapes) once WAIT_FOR was printed;
prints all that the terminal showed, then the wait status and whether echo is on at the end.
"""
import os
import pty
import sys
import termios

wait_for, typed, command = sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3:]
master, slave = pty.openpty()
child = os.fork()
if child == 0:
    os.setsid()
    for descriptor in (0, 1, 2):
        os.dup2(slave, descriptor)
    # The first terminal that a new session opens becomes its own, which Ctrl-C needs.
    os.close(os.open(os.ttyname(0), os.O_RDWR))
    os.execvp(command[0], command)
shown = b""
waiting = True
finished = 0
while True:
    if waiting and wait_for in shown:
        waiting = False
        os.write(master, typed.decode("unicode_escape").encode("latin1"))
    if not finished:
        finished, status = os.waitpid(child, os.WNOHANG)
    os.set_blocking(master, False)
    try:
        shown += os.read(master, 65536)
    except BlockingIOError:
        if finished:
            break
        os.sched_yield()
echo = bool(termios.tcgetattr(slave)[3] & termios.ECHO)
sys.stdout.buffer.write(shown + b"\nstatus %d echo %d\n" % (status, echo))
