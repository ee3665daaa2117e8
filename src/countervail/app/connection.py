"""A connection of the server to a client: how long each step may take, how much may come, and how it ends."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from countervail.app.models import as_json
from countervail.app.routes import ENDING
from countervail.app.routes.security import HEADERS

HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 60.0
"""In which a request's head, and its body, have to arrive."""
READ_SECONDS: Final = 30.0
LEAST_READ: Final = 16 * 1024
"""Bytes that a client has to read in that time of an answer that waits for it."""
LINGER: Final = 2.0
"""Seconds in which a client that was refused may end by itself."""
MOST_HEAD: Final = 16 * 1024
MOST_CHUNKS: Final = 4_000
MOST_CONNECTIONS: Final = 200
_HEAD_END: Final = re.compile(rb"\n\r?\n")


class _Parser(h11.Connection):
    """HTTP whose heads and chunks are bounded before they are parsed, however much of them arrives at once."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, MOST_HEAD)
        self._chunks = 0

    def next_event(self) -> Any:
        """The next event; RemoteProtocolError, with a status, where it is too much."""
        if self.their_state is h11.IDLE:
            self._chunks = 0
            data = self.trailing_data[0]
            if len(data) > MOST_HEAD and not _HEAD_END.search(data, 0, MOST_HEAD):
                raise h11.RemoteProtocolError(f"head: more than {MOST_HEAD:,} bytes", error_status_hint=431)
        event = super().next_event()
        if isinstance(event, h11.Data) and event.chunk_start:
            self._chunks += 1
            if self._chunks > MOST_CHUNKS:
                raise h11.RemoteProtocolError(f"body: more than {MOST_CHUNKS:,} chunks", error_status_hint=413)
        return event


class _Transport(asyncio.Transport):
    """A transport of which `close` is the connection's, who reads what is on the way first."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._transport = transport
        self.closing = False
        self.close = close  # type: ignore[method-assign]
        for name in ("write", "pause_reading", "resume_reading", "get_extra_info", "get_write_buffer_size"):
            setattr(self, name, getattr(transport, name))

    def is_closing(self) -> bool:
        """Whether it is closed, or will be when the client has gone."""
        return self.closing or self._transport.is_closing()


class Connection(H11Protocol):
    """A connection to a client, which has some time for each step; one that is slow or sends too much gets an answer.

    To close while a client sends would reset the connection, and the answer might be lost; so what it sends is read for
    a moment, and dropped.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.conn = _Parser()
        self._real: asyncio.Transport
        self._timer: asyncio.TimerHandle | None = None
        self._step: object = None
        self._stalled: asyncio.TimerHandle | None = None
        self.since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request; where there are too many connections, one that waits as well gives way."""
        self._real = transport
        self._shown = _Transport(transport, self.close)
        super().connection_made(self._shown)
        self._expect()
        others = [other for other in self.connections if isinstance(other, Connection) and other is not self]
        if len(others) >= MOST_CONNECTIONS:
            idle = [other for other in others if other.cycle is None or other.cycle.response_complete]
            min(idle or [self], key=lambda other: (other.cycle is not None, other.since)).drop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        for timer in (self._timer, self._stalled):
            if timer is not None:
                timer.cancel()
        self._timer = self._stalled = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what a client sends, or drop it where the connection ends."""
        if not self.transport.is_closing():
            super().data_received(data)

    def handle_events(self) -> None:
        """Handle what was received, then see what is waited for."""
        super().handle_events()
        self._expect()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._expect()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, with the status that says why."""
        error = sys.exception()
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(hint, str(error) if hint != 400 else "the request could not be read")

    def _refuse(self, status: int, message: str) -> None:
        """Answer unless there is an answer, and close."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = as_json({"error": message})
            fields = {
                **HEADERS,
                "content-type": "application/json",
                "content-length": len(body),
                "cache-control": "no-store",
            }
            headers = [(name, str(value)) for name, value in fields.items()] + [("connection", "close")]
            for event in (h11.Response(status_code=status, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.close(unread=True)

    def close(self, unread: bool = False) -> None:
        """Close, after what a client is still sending was read."""
        unread = unread or self.conn.their_state is h11.SEND_BODY
        if not unread or self._real.is_closing() or not self._real.can_write_eof():
            self._real.close()
        elif not self.transport.is_closing():
            self._shown.closing = True
            self._real.write_eof()
            self._real.resume_reading()
            self._clock(LINGER, self.drop)

    def shutdown(self) -> None:
        """Close where nothing is under way; a request that has not arrived is not waited for."""
        if self.conn.their_state is h11.SEND_BODY:
            self._refuse(503, ENDING)
        else:
            super().shutdown()

    def drop(self) -> None:
        """End at once."""
        self.connections.discard(self)
        self._real.abort()

    def _expect(self) -> None:
        """Give the client its time, where the server waits for it and something new began."""
        if self.transport.is_closing():
            return
        step = (self.conn.their_state, self.cycle)
        if step != self._step:
            self._step = step
            seconds = {h11.IDLE: HEAD_SECONDS, h11.SEND_BODY: BODY_SECONDS}.get(self.conn.their_state)
            self._clock(seconds, self._late)

    def _clock(self, seconds: float | None, then: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, then)

    def _late(self) -> None:
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self._real.close()
        else:
            self._refuse(408, "the request did not arrive in time")

    def pause_writing(self) -> None:
        """Wait for a client that does not read, but not for long."""
        super().pause_writing()
        self._watch(self._real.get_write_buffer_size() + LEAST_READ)

    def _watch(self, before: int) -> None:
        left = self._real.get_write_buffer_size()
        if before - left < LEAST_READ:
            self.drop()
        else:
            self._stalled = self.loop.call_later(READ_SECONDS, self._watch, left)

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
