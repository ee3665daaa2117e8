"""Starting and ending the server: a socket of this machine alone, the address told, Ctrl-C obeyed at once."""

from __future__ import annotations

import os
import socket
import sys
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from types import FrameType
from typing import Final

import uvicorn
from fastapi import FastAPI

from countervail.errors import InputError

HOST: Final = "127.0.0.1"
_PATIENCE: Final = 2
"""Seconds that answers under way are given when the server ends."""


def serve(app: FastAPI, port: int, told: Callable[[str], None], browser: bool) -> None:
    """Serve `app` until interrupted; `told` gets the address once it answers.

    Raises:
        InputError: the port is taken or not to be had.
    """
    with listening(port) as taken:
        address = f"http://{HOST}:{taken.getsockname()[1]}/"

        def ready() -> None:
            told(address)
            if browser and _has_screen():
                Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        with suppress(KeyboardInterrupt):  # which has ended it, as it should
            Server(app, ready).run([taken])


def listening(port: int) -> socket.socket:
    """A socket bound to a port of this machine, any free one for 0; InputError where it cannot be had."""
    # the protocol is named, for only then does asyncio send small packets at once (40 ms an answer)
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # a port whose connections are just ending may be taken again; elsewhere this means theft
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
    except OSError as error:
        found.close()
        why = f"--port: {port} cannot be had: {error.strerror}; name another, or 0 for any that is free"
        raise InputError(why) from None
    return found


class Server(uvicorn.Server):
    """Uvicorn, which tells when it answers, and ends event streams when it ends."""

    def __init__(self, app: FastAPI, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            http="h11",
            ws="none",
            proxy_headers=False,  # nobody forwards to us, so nobody may say that he does
            server_header=False,
            timeout_graceful_shutdown=_PATIENCE,
        )
        super().__init__(config)
        self._application = app
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End: streams that would wait for their jobs end at once."""
        self._application.state.jobs.hush()
        super().handle_exit(sig, frame)


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
