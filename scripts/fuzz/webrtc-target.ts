import assert from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MediaError } from "../../packages/media/src/port/media-error.ts";
import { makeDtlsCertificate } from "../../packages/media/src/transport/webrtc/dtls/dtls-certificate.ts";
import {
  CONTENT,
  writeRecord,
} from "../../packages/media/src/transport/webrtc/dtls/dtls-record.ts";
import { DtlsServer } from "../../packages/media/src/transport/webrtc/dtls/dtls-server.ts";
import { writeMessage } from "../../packages/media/src/transport/webrtc/dtls/handshake-message.ts";
import { offeredTransport } from "../../packages/media/src/transport/webrtc/peer-description.ts";
import { VideoReceiver } from "../../packages/media/src/transport/webrtc/publisher/video-receiver.ts";
import {
  parseRtcp,
  writeBye,
  writeNack,
  writePictureLoss,
  writeReceiverReport,
  writeRemb,
  writeSenderReport,
} from "../../packages/media/src/transport/webrtc/rtp/rtcp-packet.ts";
import {
  parseRtpHeader,
  withoutPadding,
  writeRtp,
} from "../../packages/media/src/transport/webrtc/rtp/rtp-packet.ts";
import {
  agreeOnMedia,
  agreeOnSent,
} from "../../packages/media/src/transport/webrtc/sdp/agreed-media.ts";
import { parseSdp } from "../../packages/media/src/transport/webrtc/sdp/session-description.ts";
import { writeAnswer } from "../../packages/media/src/transport/webrtc/sdp/write-answer.ts";
import { PROFILES_TO_RECEIVE } from "../../packages/media/src/transport/webrtc/srtp/srtp-keys.ts";
import {
  attribute,
  hasIntegrity,
  parseStun,
  STUN_ATTRIBUTE,
  STUN_TYPE,
  write,
} from "../../packages/media/src/transport/webrtc/stun/stun-message.ts";
import { type FuzzTarget, mutate, mutateBytes } from "./chance.ts";
import { accepted } from "./media-targets.ts";

const OFFERS = join(import.meta.dirname, "../../packages/media/src/testing/offers");
const published = readdirSync(OFFERS).map((name) => readFileSync(join(OFFERS, name), "utf8"));
const LAYERS = "a=rid:low send\r\na=rid:hi send\r\na=simulcast:send low;~hi,low\r\n";
const offers = [
  ...published,
  ...published.map((offer) => offer.replaceAll(/sendonly|sendrecv/g, "recvonly")),
  ...published.map((offer) => `${offer.trimEnd()}\r\n${LAYERS}`),
];

const PASSWORD = "a password of ICE";
const check = write(
  STUN_TYPE.bindingRequest,
  Buffer.alloc(12, 7),
  [
    attribute(STUN_ATTRIBUTE.username, Buffer.from("ours:theirs")),
    attribute(STUN_ATTRIBUTE.useCandidate, Buffer.alloc(0)),
  ],
  PASSWORD,
);

/** A check is genuine only up to its integrity, byte for byte. */
export const stunTarget: FuzzTarget = {
  name: "STUN",
  next(chance) {
    const bytes = mutateBytes(check, chance, [check]);
    return {
      input: { hex: bytes.toString("hex") },
      run: () => {
        const message = parseStun(bytes);
        if (message === undefined || !hasIntegrity(message, PASSWORD)) return;
        const end = (message.integrityAt ?? 0) + 24;
        // The length in the header covers what follows the integrity, too.
        assert.deepEqual(bytes.subarray(4, end), check.subarray(4, end));
      },
    };
  },
};

/** openssl's hello, with use_srtp. */
const HELLO = readFileSync(join(OFFERS, "../corpus/openssl-hello.dtls"));
const certificate = makeDtlsCertificate();

/** The flight after the hello: its certificate is the announced one, the rest is nothing. */
function flight(): Buffer {
  const length = (bytes: number): Buffer => Buffer.of(0, bytes >> 8, bytes & 0xff);
  const { der } = certificate;
  const chain = Buffer.concat([length(der.length + 3), length(der.length), der]);
  const messages = [
    writeMessage(11, 1, chain),
    writeMessage(16, 2, Buffer.concat([Buffer.of(32), Buffer.alloc(32, 9)])),
    writeMessage(15, 3, Buffer.concat([Buffer.of(4, 3, 0, 8), Buffer.alloc(8, 1)])),
    writeMessage(20, 4, Buffer.alloc(12)),
  ];
  return Buffer.concat(
    messages.map((message, index) => writeRecord(CONTENT.handshake, 0, index + 1, message)),
  );
}

const flights = [HELLO, flight()];

/** Whatever a peer sends, the handshake ends or goes on; without its key it has no keys. */
export const dtlsTarget: FuzzTarget = {
  name: "DTLS records",
  next(chance) {
    const datagrams = flights.map((bytes) =>
      chance.rarely(3) ? bytes : mutateBytes(bytes, chance, flights),
    );
    return {
      input: { hex: datagrams.map((bytes) => bytes.toString("hex")) },
      run: () => {
        let sent = 0;
        let ends = 0;
        const server = new DtlsServer(certificate, {
          peerFingerprints: [{ algorithm: "sha256", value: certificate.fingerprint }],
          profiles: PROFILES_TO_RECEIVE,
          send: ({ length }) => {
            sent += length;
          },
          onKeys: () => assert.fail("it has proven nothing"),
          onEnd: () => {
            ends += 1;
          },
        });
        for (const datagram of datagrams) server.receive(datagram, 0);
        assert(ends <= 1 && sent < 4_000, `${ends} ends, ${sent} bytes`);
      },
    };
  },
};

const payloads = [
  "67c01f8c8d405005bb",
  "68ce3c80",
  "6588840021ffff",
  "419a00",
  "78000367c01f0003",
  "7c85",
  "7c45ff",
];

/** Whatever packets of RTP carry, what comes out are units, or a refusal. */
export const rtpTarget: FuzzTarget = {
  name: "RTP",
  next(chance) {
    const packets = Array.from({ length: 1 + chance.below(24) }, (_, index) =>
      writeRtp({
        marker: chance.rarely(3),
        payloadType: 96,
        sequence: (65_530 + index + (chance.rarely(6) ? chance.below(3_000) : 0)) & 0xffff,
        timestamp: (index >> 2) * 3_000,
        ssrc: 7,
        payload: Buffer.from(chance.one(payloads), "hex"),
      }),
    ).map((packet) => (chance.rarely(3) ? mutateBytes(packet, chance, [packet]) : packet));
    return {
      input: { hex: packets.map((packet) => packet.toString("hex")) },
      run: () => void accepted(() => receive(packets)),
    };
  },
};

function receive(packets: readonly Buffer[]): void {
  const payload = { payloadType: 96, codec: "h264", clockHz: 90_000 };
  const receiver = new VideoReceiver({
    track: {
      ...{ section: 0, mid: "0", kind: "video", codec: "h264", repair: undefined, layers: [] },
      payload: { ...payload, parameters: new Map(), feedback: new Set(["nack"]) },
      extensions: new Map(),
    },
    unitBytesMax: 4_096,
    onConfig: ({ config }) => assert(config !== undefined && config.length > 7),
    onUnit: ({ dts, data }) => {
      assert(Number.isSafeInteger(dts));
      assert(data.length > 0 && data.every(({ length }) => length > 0));
    },
  });
  for (const [index, packet] of packets.entries()) {
    const header = parseRtpHeader(packet);
    const clear = header && withoutPadding(header, packet.subarray(header.bytes));
    if (header !== undefined && clear !== undefined) {
      receiver.packet({ ...header, payload: clear }, index * 10);
      for (const asked of receiver.tick(index * 10, 1)) assert(asked.length < 1_200);
    }
  }
  receiver.tick(10_000, 1);
  receiver.finish();
}

const report = { fractionLost: 3, lost: 9, highestSequence: 70_000, jitter: 4, lastReport: 5 };
const compounds = [
  writeReceiverReport(1, [{ ...report, ssrc: 2, delaySinceLastReport: 6 }]),
  writeSenderReport({ ssrc: 1, wallMs: 1e12, rtpTimestamp: 7, packets: 8, bytes: 9 }),
  Buffer.concat([writeNack(1, 2, [3, 4, 90]), writePictureLoss(1, 2)]),
  Buffer.concat([writeRemb(1, 8_500_000, [2, 3]), writeBye([1, 2])]),
];

/** The parts of a compound are no longer than what was sent. */
export const rtcpTarget: FuzzTarget = {
  name: "RTCP",
  next(chance) {
    const bytes = mutateBytes(chance.one(compounds), chance, compounds);
    return {
      input: { hex: bytes.toString("hex") },
      run: () => {
        const parts = parseRtcp(bytes);
        assert(parts.length <= bytes.length / 4);
        assert(JSON.stringify(parts).length < 200 + 60 * bytes.length);
      },
    };
  },
};

/** An offer is refused, or its answer is a description with the same sections. */
export const sdpTarget: FuzzTarget = {
  name: "SDP",
  next(chance) {
    const text = mutate(chance.one(offers), chance);
    return {
      input: { text },
      run: () => {
        let answer: string | undefined;
        try {
          const offer = parseSdp(text);
          const received = agreeOnMedia(offer);
          const isPublisher = received.video !== undefined || received.audio !== undefined;
          const media = isPublisher ? received : agreeOnSent(offer, "42e01f");
          offeredTransport(offer, media);
          const transport = { iceUfrag: "u", icePassword: "p", fingerprint: "f", candidates: [] };
          const line = { ssrc: 1, repairSsrc: 2, cname: "c" };
          const sent = isPublisher ? undefined : { audio: line, video: line };
          answer = writeAnswer(offer, media, transport, sent);
          assert.equal(parseSdp(answer).sections.length, offer.sections.length);
        } catch (error) {
          if (!(error instanceof MediaError && answer === undefined)) throw error;
        }
      },
    };
  },
};
