#!/usr/bin/env python3
"""One station that runs the original Python implementation of USMP, driven by lines.

usage: original_station.py FOLDER serve|connect tcp|udp PORT PSK DEVICE

FOLDER holds the package `usmp` as its authors publish it. PSK and DEVICE are hexadecimal; a server knows that one device.
What it does, what it is told and what it says is in usmp_original_test.py, beside the class Station.
"""
import asyncio
import os
import sys

PROTOCOL_TIMEOUT_S = 10


def say(*words):
    print(*words, flush=True)


def ending(error):
    """Why a session ended, in one word of the original."""
    return type(error).__name__


class Talk:
    """A session and what is done with it, whoever began it."""

    def __init__(self, session, echo):
        self.session, self.echo = session, echo

    async def listen(self):
        try:
            while True:
                data = await self.session.recv()
                say("message", data.hex())
                if self.echo:
                    await self.session.send(data)
        except Exception as error:
            say("closed", ending(error))

    async def obey(self, verb, argument):
        try:
            if verb == "send":
                await self.session.send(bytes.fromhex(argument))
                say("delivered")
            elif verb == "ping":
                await self.session.ping()
                say("pinged")
            elif verb == "rekey":
                await self.session.rekey()
                say("rekeyed")
            elif verb == "bye":
                await self.session.bye()
                say("left")
        except Exception as error:
            say("failed", ending(error))


async def lines():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().split():
        yield line[0], line[1] if len(line) > 1 else ""


async def serve(usmp, transport, port, psk, device):
    server = usmp.USMPServer(host="127.0.0.1", port=port, psk={device: psk}, protocol=transport)
    latest = None

    @server.on_session
    async def _(session):
        nonlocal latest
        latest = Talk(session, echo=True)
        say("connected")
        await latest.listen()

    serving = asyncio.create_task(server.serve())
    await asyncio.sleep(0.1)
    say("ready")
    async for verb, argument in lines():
        if latest:
            await latest.obey(verb, argument)
    serving.cancel()


async def connect(usmp, transport, port, psk, device):
    talk, listening = None, None
    async for verb, argument in lines():
        if verb == "connect":
            client = usmp.USMPClient("127.0.0.1", port, psk=psk, device_id=device, protocol=transport)
            try:
                await asyncio.wait_for(client.connect(), PROTOCOL_TIMEOUT_S)
            except Exception as error:
                say("refused", ending(error))
                continue
            talk = Talk(client._session, echo=False)
            listening = asyncio.create_task(talk.listen())
            say("connected")
        elif talk:
            await talk.obey(verb, argument)
    if listening:
        listening.cancel()


def main():
    folder, role, transport, port, psk, device = sys.argv[1:]
    if sys.version_info < (3, 12):
        # Its own transport for datagrams does not call itself one yet, which the original insists on.
        asyncio.DatagramTransport = asyncio.BaseTransport
    sys.path.insert(0, folder)
    import usmp

    station = {"serve": serve, "connect": connect}[role]
    asyncio.run(station(usmp, transport, int(port), bytes.fromhex(psk), bytes.fromhex(device)))
    os._exit(0)


if __name__ == "__main__":
    main()
