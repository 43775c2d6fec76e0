"""What a team's server is started with: uvicorn, several workers, the loop that is its choice."""

import asyncio
import socket
from pathlib import Path

from uvicorn import Config

from nnjax.tracking.team_server import _mlflow

SECONDS_TO_ACCEPT = 60


class Accepted(asyncio.Protocol):
    """Tells whether what is written is sent at once, of the connection that came."""

    def __init__(self, told: "asyncio.Future[bool]") -> None:
        self._told = told

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        connection = transport.get_extra_info("socket")
        self._told.set_result(bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        transport.close()


async def is_sent_at_once(listening: socket.socket) -> bool:
    loop = asyncio.get_running_loop()
    told: asyncio.Future[bool] = loop.create_future()
    server = await loop.create_server(lambda: Accepted(told), sock=listening)
    _, writer = await asyncio.open_connection(*listening.getsockname())
    async with asyncio.timeout(SECONDS_TO_ACCEPT):
        answer = await told
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    return answer


def test_with_several_workers_no_answer_waits_for_its_headers_to_be_acknowledged():
    """Or each request takes 40 ms more (uvicorn issue 3149): asyncio's own loop leaves Nagle's algorithm on there."""
    assert "--loop" not in " ".join(_mlflow(Path(), 5055, 2))
    config = Config("nowhere:app", port=0, workers=2, log_level="critical")
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        assert runner.run(is_sent_at_once(config.bind_socket()))
