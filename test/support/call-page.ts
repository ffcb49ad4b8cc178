import type { ForwardingAnswer } from "@rolecast/media";
import { type BroadcastPage, openBroadcastPage } from "./broadcast-page.ts";

/** The media that a page's subscriber has got so far. */
export interface Received {
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly audioPackets: number;
  readonly freezes: number;
  readonly packetsLost: number;
  /** Milliseconds from the answer to the first picture; undefined before it. */
  readonly firstFrameMs: number | undefined;
}

export interface CallPage {
  readonly page: BroadcastPage["page"];
  /** Sends camera and microphone, the picture in these layers. */
  publish(negotiate: Negotiate, layers?: readonly string[]): Promise<void>;
  /** Receives; the result names the subscriber to `received`. */
  subscribe(negotiate: Negotiate): Promise<number>;
  received(subscriber: number): Promise<Received>;
  hangUp(): Promise<void>;
  close(): Promise<void>;
}

/** Takes an offer and resolves to its answer. */
export type Negotiate = (description: string) => Promise<Pick<ForwardingAnswer, "description">>;

/** A page in chromium that publishes and subscribes. */
export async function openCallPage(): Promise<CallPage> {
  const { page, close } = await openBroadcastPage(`(${inPage})()`);
  const waiting: Negotiate[] = [];
  await page.exposeFunction("negotiate", async (description: string) => {
    const { description: answer } = (await waiting.shift()?.(description)) ?? {};
    return answer;
  });
  return {
    page,
    publish: async (negotiate, layers = []) => {
      waiting.push(negotiate);
      await page.evaluate(`publish(${JSON.stringify(layers)})`);
    },
    subscribe: async (negotiate) => {
      waiting.push(negotiate);
      return page.evaluate("subscribe()");
    },
    received: (subscriber) => page.evaluate(`received(${subscriber})`),
    hangUp: () => page.evaluate("hangUp()"),
    close,
  };
}

/** Runs in the page. */
function inPage(): void {
  const negotiate = (offer: string): Promise<string> =>
    Reflect.apply(Reflect.get(window, "negotiate"), undefined, [offer]);
  const connections: RTCPeerConnection[] = [];
  const first: (number | undefined)[] = [];

  async function connect(connection: RTCPeerConnection): Promise<void> {
    await connection.setLocalDescription();
    const answer = await negotiate(connection.localDescription?.sdp ?? "");
    await connection.setRemoteDescription({ type: "answer", sdp: answer });
  }

  async function publish(layers: readonly string[]): Promise<void> {
    const media = await navigator.mediaDevices.getUserMedia({
      video: { width: 1280, height: 720, frameRate: 30 },
      audio: true,
    });
    const connection = new RTCPeerConnection();
    Object.assign(window, { publisher: connection });
    for (const track of media.getTracks()) {
      const scaled = layers.map((rid, index) => ({
        rid,
        scaleResolutionDownBy: 2 ** (layers.length - 1 - index),
        maxBitrate: 150_000 * 4 ** index,
      }));
      const isLayered = track.kind === "video" && layers.length > 0;
      const transceiver = connection.addTransceiver(track, {
        direction: "sendonly",
        ...(isLayered ? { sendEncodings: scaled } : {}),
      });
      const { codecs = [] } = RTCRtpSender.getCapabilities(track.kind) ?? {};
      if (track.kind === "video") {
        const wanted = ["video/H264", "video/rtx"];
        transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => wanted.includes(mimeType)));
      }
    }
    await connect(connection);
  }

  async function subscribe(): Promise<number> {
    const connection = new RTCPeerConnection();
    const index = connections.push(connection) - 1;
    const video = document.createElement("video");
    Object.assign(video, { autoplay: true, muted: true, srcObject: new MediaStream() });
    document.body.append(video);
    connection.addTransceiver("audio", { direction: "recvonly" });
    connection.addTransceiver("video", { direction: "recvonly" });
    connection.ontrack = ({ track }) => (video.srcObject as MediaStream).addTrack(track);
    await connect(connection);
    const since = performance.now();
    video.requestVideoFrameCallback(() => {
      first[index] = performance.now() - since;
    });
    return index;
  }

  async function received(index: number): Promise<Received> {
    const reports = [...((await connections[index]?.getStats()) ?? new Map()).values()];
    const inbound = reports.filter(({ type }) => type === "inbound-rtp");
    const video = inbound.find(({ kind }) => kind === "video") ?? {};
    const audio = inbound.find(({ kind }) => kind === "audio") ?? {};
    return {
      frames: video.framesDecoded ?? 0,
      width: video.frameWidth ?? 0,
      height: video.frameHeight ?? 0,
      audioPackets: audio.packetsReceived ?? 0,
      freezes: video.freezeCount ?? 0,
      packetsLost: video.packetsLost ?? 0,
      firstFrameMs: first[index],
    };
  }

  function hangUp(): void {
    (Reflect.get(window, "publisher") as RTCPeerConnection | undefined)?.close();
  }

  Object.assign(window, { publish, subscribe, received, hangUp });
}
