"""A bad network on the loopback interface, between one server and its clients over UDP."""
import heapq
import random
import selectors
import socket
import threading
import time


class LossyRelay:
    """Passes datagrams on, both ways, but loses, repeats and delays some: each a fraction of all.

    A client is told `port` instead of the server's. To the server each client is an address of its own, as before. The same
    seed draws the same lots, in the order in which the datagrams come.
    """

    DELAY_S = 0.03  # long enough that what was sent after it overtakes it

    def __init__(self, server_port, seed, lost=0.0, repeated=0.0, delayed=0.0):
        self.server = ("127.0.0.1", server_port)
        self.lost, self.repeated, self.delayed = lost, repeated, delayed
        self.lots = random.Random(seed)
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.port = self.front.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.front, selectors.EVENT_READ)
        self.backs = {}  # a client's address -> the socket that stands for it
        self.waiting = []  # (when, number, socket, address, bytes)
        self.number = 0
        self.running = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def close(self):
        self.running = False
        self.thread.join()
        for one in [self.front, *self.backs.values()]:
            one.close()

    def run(self):
        while self.running:
            for key, _ in self.selector.select(timeout=0.01):
                self.relay(key.fileobj, key.data)
            while self.waiting and self.waiting[0][0] <= time.monotonic():
                _, _, out, address, data = heapq.heappop(self.waiting)
                out.sendto(data, address)

    def relay(self, arrived_at, client):
        try:
            data, sender = arrived_at.recvfrom(2048)
        except ConnectionError:  # the other end is not there: what came back says so
            return
        if client is None:
            self.pass_on(self.back_of(sender), self.server, data)
        else:
            self.pass_on(self.front, client, data)

    def back_of(self, client):
        if client not in self.backs:
            back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            back.bind(("127.0.0.1", 0))
            self.selector.register(back, selectors.EVENT_READ, client)
            self.backs[client] = back
        return self.backs[client]

    def pass_on(self, out, address, data):
        if self.lots.random() < self.lost:
            return
        copies = 2 if self.lots.random() < self.repeated else 1
        for _ in range(copies):
            delay_s = self.DELAY_S if self.lots.random() < self.delayed else 0.0
            self.number += 1
            heapq.heappush(self.waiting, (time.monotonic() + delay_s, self.number, out, address, data))
