import assert from "node:assert";
import { OggOpusWriter, OPUS_CLOCK_HZ } from "../../packages/media/src/container/ogg/ogg-opus.ts";
import { OggPackets } from "../../packages/media/src/container/ogg/ogg-packets.ts";
import { SentTrack } from "../../packages/media/src/transport/webrtc/forward/sent-track.ts";
import {
  SourceReceiver,
  type SourceReceiverOptions,
} from "../../packages/media/src/transport/webrtc/forward/source-receiver.ts";
import { parseRtcp, writeNack } from "../../packages/media/src/transport/webrtc/rtp/rtcp-packet.ts";
import {
  parseRtpHeader,
  withoutPadding,
  writeRtp,
} from "../../packages/media/src/transport/webrtc/rtp/rtp-packet.ts";
import { type FuzzTarget, mutateBytes } from "./chance.ts";
import { accepted } from "./media-targets.ts";

const SET = "6742c01f8c8d40501e900f08846a";
const PAYLOADS = [SET, "65888400", "41aabbcc", "7c85ff", "7c05ff", "7c45ff", `78000e${SET}`, ""];
const SOURCES = 2;

/**
 * Whatever two publishers send and a subscriber asks for again: under one number it is never sent
 * two different packets, which AES-GCM would not survive.
 */
export const forwardTarget: FuzzTarget = {
  name: "forwarded RTP",
  next(chance) {
    const packets = Array.from({ length: 8 + chance.below(60) }, (_, index) => {
      const packet = writeRtp({
        marker: chance.rarely(3),
        payloadType: 96,
        sequence: (65_520 + index + (chance.rarely(5) ? chance.below(3_000) - 20 : 0)) & 0xffff,
        timestamp: (index >> 2) * 3_000,
        ssrc: 7,
        payload: Buffer.from(chance.one(PAYLOADS), "hex"),
      });
      return chance.rarely(5) ? mutateBytes(packet, chance, [packet]) : packet;
    });
    const from = packets.map(() => chance.below(SOURCES));
    const asked = writeNack(1, 2, [chance.below(40_000), chance.below(40_000)]);
    const nack = mutateBytes(asked, chance, [asked]);
    return {
      input: {
        hex: packets.map((packet) => packet.toString("hex")),
        from,
        nack: nack.toString("hex"),
      },
      run: () => void accepted(() => forward(packets, from, nack)),
    };
  },
};

function forward(packets: readonly Buffer[], from: readonly number[], nack: Buffer): void {
  const sent = new Map<string, string>();
  const peer = {
    sendRtp: (
      { ssrc, sequence }: { readonly ssrc: number; readonly sequence: number },
      head: Buffer,
      payload: Buffer,
    ): void => {
      const name = `${ssrc} ${sequence}`;
      const content = Buffer.concat([head, payload]).toString("hex");
      assert.equal(sent.get(name) ?? content, content);
      sent.set(name, content);
    },
  };
  const track = new SentTrack({ ssrc: 2, payloadType: 108, repair: undefined, cname: "c" });
  const receivers = Array.from({ length: SOURCES }, (_, index) => {
    const options: SourceReceiverOptions = {
      ...{ kind: "video", layer: String(index), ssrc: index, clockHz: 90_000 },
      ...{ repairs: true, onSize: () => undefined },
    };
    const receiver = new SourceReceiver(options);
    receiver.layer.follow({
      packet: (layer, packet, nowMs) => {
        if (layer !== track.layer && packet.beginsKeyframe) track.switchTo(layer, packet, nowMs);
        track.send(layer, packet, peer, nowMs);
      },
    });
    return receiver;
  });
  for (const [index, packet] of packets.entries()) {
    const header = parseRtpHeader(packet);
    const payload = header && withoutPadding(header, packet.subarray(header.bytes));
    const receiver = receivers[from[index] ?? 0];
    if (header === undefined || payload === undefined || receiver === undefined) continue;
    receiver.packet({ ...header, payload }, index * 10);
    for (const asked of receiver.tick(index * 10, 1)) assert(asked.length < 2_400);
    assert(receiver.layer.history.bytes <= 1_536 * 1024);
    const last = [...sent.keys()].slice(-3).map((name) => Number(name.split(" ")[1]));
    track.repair(last, peer, index * 40);
    for (const part of parseRtcp(nack))
      if (part.kind === "nack") track.repair(part.sequences, peer, index * 40);
  }
}

const writer = new OggOpusWriter();
const pages = Buffer.concat([
  writer.head(2),
  ...[3, 255, 300, 0].map((length, at) => writer.packet(Buffer.alloc(length, at), OPUS_CLOCK_HZ)),
]);

/** However Ogg is cut and damaged: its packets have no more bytes than it has, or it is refused. */
export const oggTarget: FuzzTarget = {
  name: "Ogg",
  next(chance) {
    const bytes = chance.rarely(3) ? pages : mutateBytes(pages, chance, [pages]);
    const step = 1 + chance.below(400);
    return {
      input: { hex: bytes.toString("hex"), step },
      run: () => {
        const reader = new OggPackets();
        let total = 0;
        try {
          for (let at = 0; at < bytes.length; at += step)
            for (const packet of reader.read(bytes.subarray(at, at + step))) total += packet.length;
        } catch (error) {
          assert(error instanceof Error && error.message.includes("Ogg"));
        }
        assert(total <= bytes.length);
        if (bytes === pages) assert.equal(total, 19 + 22 + 558);
      },
    };
  },
};
