#!/usr/bin/env python3
"""A wire with a delay between this network namespace and another one: two tun devices, and this process between them.

For kernels without netem. Usage: wire.py NAMESPACE DEVICE HERE THERE DELAY_MS
Both ends are called DEVICE. Each direction takes DELAY_MS (0: as fast as this process is). Prints "up" once packets
pass, ends when its standard input does, and the devices end with it. Meanwhile it prints what passes its far end of
those there who join LiveKit rooms here, with the epoch ms:

  join MS   the first packet (SYN) of a TCP connection over which LiveKit's signalling is asked for
  media MS  the last flight of a DTLS handshake, from either side: it begins with ChangeCipherSpec
"""
import collections
import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
CHANGE_CIPHER_SPEC = b"\x14"

namespace, device, here, there, delay_ms = sys.argv[1:]
delay = float(delay_ms) / 1000
libc = ctypes.CDLL(None, use_errno=True)


def enter(file):
    if libc.setns(file, 0):
        raise OSError(ctypes.get_errno(), "setns")


def tun(address, peer):
    """A device in the namespace that this process is in; it stays there when the process goes elsewhere."""
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN | IFF_NO_PI))
    subprocess.check_call(["ip", "addr", "add", address, "peer", peer, "dev", device])
    # Room for what is sent at once: the wire delays, and loses nothing.
    subprocess.check_call(["ip", "link", "set", device, "up", "txqueuelen", "10000"])
    return end


opened = {}


def tell(packet, is_leaving):
    """What the packet means, if anything: offsets of IPv4, TCP, UDP and DTLS 1.2 (RFC 6347, 4.1)."""
    now = time.time() * 1000
    if packet[0] >> 4 != 4:
        return
    payload = packet[(packet[0] & 15) * 4 :]
    if packet[9] == 6 and is_leaving:
        port, flags, data = payload[:2], payload[13], payload[(payload[12] >> 4) * 4 :]
        if flags & 2:
            opened[port] = now
        elif data.startswith(b"GET /rtc") and port in opened:
            print(f"join {opened.pop(port):.1f}", flush=True)
    elif packet[9] == 17 and payload[8:9] == CHANGE_CIPHER_SPEC:
        print(f"media {now:.1f}", flush=True)


home = os.open("/proc/self/ns/net", os.O_RDONLY)
near = tun(here, there)
enter(os.open(f"/run/netns/{namespace}", os.O_RDONLY))
far = tun(there, here)
enter(home)

# Every packet takes the same time: they leave in the order in which they came.
under_way = collections.deque()
print("up", flush=True)
while True:
    wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
    readable = select.select([near, far, sys.stdin], [], [], wait)[0]
    if sys.stdin in readable and not os.read(sys.stdin.fileno(), 4096):
        break
    for end in (near, far):
        # Not more at once, so that what is due is not kept waiting.
        for _ in range(64 if end in readable else 0):
            try:
                packet = os.read(end, 65536)
            except BlockingIOError:
                break
            if end == far:
                tell(packet, is_leaving=True)
            under_way.append((time.monotonic() + delay, far if end == near else near, packet))
    now = time.monotonic()
    while under_way and under_way[0][0] <= now:
        _, end, packet = under_way.popleft()
        if end == far:
            tell(packet, is_leaving=False)
        os.write(end, packet)
