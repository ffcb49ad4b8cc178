"""Publishes by WHIP with aiortc until it is interrupted: python3 whip_aiortc.py URL KEY."""

import asyncio
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer

URL, KEY = sys.argv[1:]


def post(sdp):
    headers = {"content-type": "application/sdp", "authorization": f"Bearer {KEY}"}
    request = urllib.request.Request(URL, sdp.encode(), headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


async def main():
    connection = RTCPeerConnection()
    picture = MediaPlayer("testsrc2=size=640x360:rate=30", format="lavfi")
    sound = MediaPlayer("sine=frequency=440:sample_rate=48000", format="lavfi")
    video = connection.addTransceiver(picture.video, direction="sendonly")
    connection.addTransceiver(sound.audio, direction="sendonly")
    codecs = RTCRtpSender.getCapabilities("video").codecs
    video.setCodecPreferences([codec for codec in codecs if codec.mimeType == "video/H264"])
    await connection.setLocalDescription(await connection.createOffer())
    answer = await asyncio.to_thread(post, connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    try:
        await asyncio.Event().wait()
    finally:
        await connection.close()


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
