"""Plays by WHEP with aiortc until it has pictures and sound: python3 whep_aiortc.py URL [TOKEN]."""

import asyncio
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription

URL = sys.argv[1]
FRAMES = 10


def post(sdp):
    headers = {"content-type": "application/sdp"}
    if len(sys.argv) > 2:
        headers["authorization"] = f"Bearer {sys.argv[2]}"
    request = urllib.request.Request(URL, sdp.encode(), headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


async def receive(track):
    for _ in range(FRAMES):
        frame = await track.recv()
    size = f"{frame.width}x{frame.height}" if track.kind == "video" else frame.sample_rate
    return f"{track.kind} {size}"


async def main():
    connection = RTCPeerConnection()
    tracks = []
    connection.on("track", tracks.append)
    for kind in ("audio", "video"):
        connection.addTransceiver(kind, direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    answer = await asyncio.to_thread(post, connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    for line in sorted(await asyncio.gather(*map(receive, tracks))):
        print(line)
    await connection.close()


asyncio.run(main())
