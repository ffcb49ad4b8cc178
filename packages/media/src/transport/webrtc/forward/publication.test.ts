import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { splitAnnexB } from "../../../codec/annex-b.ts";
import type { MediaUnit } from "../../../port/media-unit.ts";
import { avcConfig, picture } from "../../../testing/synthetic-media.ts";
import { h264Payloads } from "../rtp/h264-payloads.ts";
import { agreeOnMedia } from "../sdp/agreed-media.ts";
import { parseSdp } from "../sdp/session-description.ts";
import type { WebrtcPort } from "../webrtc-port.ts";
import { Forwarder } from "./forwarder.ts";
import { Publication } from "./publication.ts";

const OFFER = join(import.meta.dirname, "../../../testing/offers/chromium.sdp");
const DESCRIPTION = readFileSync(OFFER, "utf8");
const FRAME_MS = 40;
const TICKS_PER_MS = 90;
const GROUP_PICTURES = 25;

/** A publisher's pictures, one keyframe a second, as they come from its peer. */
class SendingPublisher {
  nowMs = 1_000;
  #sequence = 7;
  #pictures = 0;
  readonly publication: Publication;

  /** Sends to a publication of its own, unless it is given one. */
  constructor(publication?: Publication) {
    const media = agreeOnMedia(parseSdp(DESCRIPTION));
    const ignore = (): void => undefined;
    this.publication =
      publication ??
      new Publication({
        ...{ media: { ...media, audio: undefined }, bitrateMax: undefined, ffmpeg: undefined },
        limits: { idleDeadlineMs: 60_000, messageBytesMax: 1 << 20 },
        monotonicMs: () => this.nowMs,
        ...{ onConnected: ignore, onMedia: ignore, onEnded: ignore },
      });
    this.publication.connected(this.nowMs);
    this.#payloadType = media.video?.payload.payloadType ?? 0;
  }

  readonly #payloadType: number;

  send(pictures: number): void {
    for (let sent = 0; sent < pictures; sent++) {
      const key = this.#pictures % GROUP_PICTURES === 0;
      const sets = key ? splitAnnexB(avcConfig.parameterSets) : [];
      const payloads = h264Payloads([...sets, ...picture(key)]);
      for (const [at, payload] of payloads.entries()) {
        const packet = {
          ...{ payloadType: this.#payloadType, sequence: this.#sequence++, ssrc: 5, payload },
          ...{ marker: at === payloads.length - 1, bytes: 12, hasPadding: false },
          ...{ timestamp: this.#pictures * FRAME_MS * TICKS_PER_MS },
          ...{ extensionsAt: 0, extensionProfile: 0 },
        };
        this.publication.rtp(packet, payload, this.nowMs);
      }
      this.#pictures += 1;
      this.nowMs += FRAME_MS;
    }
  }
}

/** Packets are given to followers once all that has arrived is received. */
const received = () => new Promise((resolve) => setImmediate(resolve));

function sinkOf() {
  const units: MediaUnit[] = [];
  const delaysMs: number[] = [];
  const ends: string[] = [];
  const sink = {
    takes: new Set(["h264", "aac"] as const),
    configure: () => undefined,
    write: (unit: MediaUnit) => void units.push(unit),
    end: (message: string) => void ends.push(message),
    delayed: (ms: number) => void delaysMs.push(ms),
  };
  const times = () => units.map(({ dts }) => dts / TICKS_PER_MS);
  return { sink, units, ends, times, delaysMs };
}

test("a tap from the beginning has the first keyframe, and each picture once, in its time", () => {
  const publisher = new SendingPublisher();
  publisher.send(60);
  const { sink, units, times, ends, delaysMs } = sinkOf();
  const tap = publisher.publication.tap(sink, { fromBeginning: true });
  publisher.send(15);
  publisher.publication.close("it is over");
  tap.end("again");
  const [first = 0] = times();
  expect(times().map((time) => time - first)).toEqual(
    Array.from({ length: 75 }, (_, at) => at * FRAME_MS),
  );
  expect(units[0]?.key).toBe(true);
  expect(ends).toEqual(["it is over"]);
  // Keyframes came 60, 35 and 10 pictures before.
  expect(delaysMs).toEqual([60, 35, 10].map((pictures) => pictures * FRAME_MS));
});

test("a tap that is there before the first packet has it", async () => {
  const publisher = new SendingPublisher();
  const { sink, units } = sinkOf();
  const tap = publisher.publication.tap(sink, {});
  publisher.send(20);
  await received();
  tap.end("it is over");
  expect(units).toHaveLength(20);
});

test("a tap that asks for no beginning, or comes late, begins with the next keyframe", async () => {
  const publisher = new SendingPublisher();
  publisher.send(30);
  await received();
  const now = sinkOf();
  publisher.publication.tap(now.sink, {});
  publisher.send(GROUP_PICTURES * 12);
  await received();
  const late = sinkOf();
  publisher.publication.tap(late.sink, { fromBeginning: true });
  publisher.publication.close("it is over");
  expect([now.units.length, now.units[0]?.key]).toEqual([GROUP_PICTURES * 12 - 20, true]);
  expect(late.units).toEqual([]);
});

test("nothing that had come is lost at the end of a tap", () => {
  const publisher = new SendingPublisher();
  publisher.send(1);
  const { sink, units } = sinkOf();
  const tap = publisher.publication.tap(sink, { fromBeginning: true });
  publisher.send(20);
  // What was received in the same turn of the loop waits for others.
  tap.end("the recording is over");
  publisher.send(3);
  expect(units).toHaveLength(21);
});

test("what a publisher had sent before another one took its place isn't lost", async () => {
  const publishers: SendingPublisher[] = [];
  const peer = { close: () => undefined, sendRtcp: () => undefined, isConnected: true };
  const peers = {
    checkRoom: () => undefined,
    connect: (_: unknown, owner: Publication) => {
      publishers.push(new SendingPublisher(owner));
      return peer;
    },
    transportOf: () => ({ iceUfrag: "u", icePassword: "p", fingerprint: "f", candidates: [] }),
    forget: () => undefined,
    // The system holds them until then.
    drained: async () => publishers[0]?.send(20),
  };
  const forwarder = new Forwarder({
    ...{ peers: peers as unknown as WebrtcPort, ffmpeg: undefined, publish: () => undefined },
    ...{ limits: { idleDeadlineMs: 60_000, messageBytesMax: 1 << 20 }, monotonicMs: () => 2_000 },
  });
  const offer = { group: "g", publication: "p", description: DESCRIPTION, replaces: true };
  const open = () => forwarder.openPublication({ ...offer, remoteAddress: "" });
  await open();
  const { sink, units, ends } = sinkOf();
  publishers[0]?.send(1);
  forwarder.tap({ group: "g", publication: "p", fromBeginning: true }, sink);
  await open();
  publishers[0]?.send(3);
  expect(units).toHaveLength(21);
  expect(ends).toEqual(["another publisher took its place"]);
});
