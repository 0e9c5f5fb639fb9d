"""Sends RTP streams over loopback as a plan (JSON) says. Arguments: the plan's file, and a file for this process's id."""
import json
import os
import random
import socket
import struct
import sys
import time

plan = json.load(open(sys.argv[1]))
with open(sys.argv[2], "w") as pids:
    pids.write("s1 %d\n" % os.getpid())


def pair(ip):
    family, address = (socket.AF_INET6, "::1") if ip == 6 else (socket.AF_INET, "127.0.0.1")
    receiver = socket.socket(family, socket.SOCK_DGRAM)
    receiver.bind((address, 0))
    sender = socket.socket(family, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    return sender, receiver


packets = []
receivers = []
for stream in plan["streams"]:
    sender, receiver = pair(stream.get("ip", 4))
    receivers.append(receiver)
    spacing = stream.get("spacing", stream.get("seconds", 1.5) / stream["count"])
    skip, repeat = set(stream.get("skip", [])), set(stream.get("repeat", []))
    padded = set(stream.get("padded", []))
    sequence = stream["from"]
    for i in range(stream["count"]):
        sequence += stream.get("jump", {}).get(str(i), 0)
        at = i + stream.get("delay", {}).get(str(i), 0) + (0.5 if str(i) in stream.get("delay", {}) else 0)
        if i not in skip:
            first = stream.get("firstByte", 0x80) | (0x20 if i in padded else 0)
            second = stream["payloadType"] | (0x80 if stream.get("marker") else 0)
            timestamp = i * stream["step"] + (i % 2) * stream.get("swing", 0)
            data = struct.pack("!BBHII", first, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, stream["ssrc"])
            for _ in range(2 if i in repeat else 1):
                packets.append((at * spacing, sender, data + b"x" * 20))
        sequence += 1

packets.sort(key=lambda packet: packet[0])
start = time.monotonic()
for at, sender, data in packets:
    wait = start + at - time.monotonic()
    if wait > 0.001:
        time.sleep(wait)
    sender.send(data)
# The listener hands packets over up to a tenth of a second after they came.
time.sleep(0.5)
