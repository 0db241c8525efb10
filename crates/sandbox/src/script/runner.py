"""Runs the script of a custom tool inside of the jail: the job comes on standard input, the outcome goes to a channel.

The first byte on the channel says that this program runs. With a port, a listening socket goes along for the proxy.
"""

import json
import os
import sys

CHANNEL, PORT, LIMIT = map(int, sys.argv[1:])
# What a text of an outcome may hold, in characters. The server cuts it to what it keeps.
TEXT = 64 << 10
NAME = "script.py"


def send(data):
    while data:
        data = data[os.write(CHANNEL, data) :]


def start():
    """Leaves nothing open but the streams and the channel, and says that it runs."""
    for number in os.listdir("/proc/self/fd"):
        if int(number) > 2 and int(number) != CHANNEL:
            try:
                os.close(int(number))
            except OSError:
                pass  # The one that listed them.
    os.set_inheritable(CHANNEL, False)
    if not PORT:
        return send(b"!")
    import socket
    import struct

    with socket.socket() as listener, socket.socket(fileno=os.dup(CHANNEL)) as channel:
        listener.bind(("127.0.0.1", PORT))
        listener.listen(64)
        files = struct.pack("i", listener.fileno())
        channel.sendmsg([b"!"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)])


def takes_interloom(invoke):
    import inspect

    try:
        parameters = inspect.signature(invoke).parameters.values()
    except (TypeError, ValueError):
        return False  # Some of those written in C do not tell.
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return any(p.kind is p.VAR_KEYWORD or (p.name == "interloom" and p.kind in named) for p in parameters)


def run(job):
    """The outcome as the server reads it."""
    module = type(sys)("custom_tool")
    module.__file__ = NAME
    sys.modules[module.__name__] = module
    try:
        exec(compile(job["script"], NAME, "exec", dont_inherit=True), module.__dict__)
        invoke = module.__dict__.get("invoke")
        if not callable(invoke):
            return b'"no_invoke"'
        arguments = job["input"]
        if takes_interloom(invoke):
            arguments["interloom"] = job["interloom"]
        result = invoke(**arguments)
    except MemoryError:
        return b'"out_of_memory"'
    except BaseException as error:
        return outcome("raised", describe(error, job["script"]))
    try:
        text = json.dumps(result, allow_nan=False, ensure_ascii=False).encode()
    except MemoryError:
        return b'"out_of_memory"'
    except RecursionError:
        return outcome("not_json", "it is nested too deeply")
    except Exception as error:
        return outcome("not_json", plain(error))
    if len(text) > LIMIT:
        return b'"too_large"'
    return b'{"result":' + text + b"}"


def outcome(kind, value):
    return json.dumps({kind: value}).encode()


def plain(value):
    """A text that can be sent, whatever the value is."""
    try:
        text = str(value)
    except Exception:
        text = "(no text)"
    return text[:TEXT].encode("utf-8", "backslashreplace").decode()


def describe(error, script):
    import linecache
    import traceback

    # The lines of the script are shown from here, there is no such file.
    linecache.cache[NAME] = (len(script), None, script.splitlines(True), NAME)
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename != NAME:
        frames = frames.tb_next
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    try:
        trace = "".join(traceback.format_exception(kind, error, frames, limit=-20))
    except Exception:
        trace = ""
    return {"exception": plain(name), "message": plain(error), "traceback": plain(trace)}


def main():
    start()
    process = os.getpid()
    job = json.loads(sys.stdin.buffer.read())
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.argv = [NAME]
    for stream in sys.stdout, sys.stderr:
        stream.reconfigure(line_buffering=True, errors="backslashreplace")
    try:
        answer = run(job)
    except MemoryError:
        answer = b'"out_of_memory"'
    # A copy of this process that the script made and forgot has nothing to say.
    if os.getpid() == process:
        for stream in sys.stdout, sys.stderr:
            try:
                stream.flush()
            except (AttributeError, OSError, ValueError):
                pass  # The script has replaced or closed it.
        send(answer + b"\n")
    # Other threads and what was registered for the end are not waited for.
    os._exit(0)


main()
