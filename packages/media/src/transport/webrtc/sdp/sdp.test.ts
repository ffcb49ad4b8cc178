import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { offeredTransport } from "../peer-description.ts";
import { agreeOnMedia } from "./agreed-media.ts";
import { parseSdp } from "./session-description.ts";
import { writeAnswer } from "./write-answer.ts";

/**
 * Chromium's, GStreamer's and aiortc's were recorded; the others have the form of what OBS, Firefox
 * and Safari send.
 */
const OFFERS = {
  chromium: { video: 108, repair: 109, audio: 111, profile: "42e01f", nack: true },
  firefox: { video: 126, repair: 127, audio: 109, profile: "42e01f", nack: true },
  safari: { video: 98, repair: 99, audio: 111, profile: "42e01f", nack: true },
  obs: { video: 96, repair: undefined, audio: 111, profile: "42e01f", nack: true },
  gstreamer: { video: 96, repair: undefined, audio: 100, profile: "42c01e", nack: false },
  aiortc: { video: 101, repair: undefined, audio: 96, profile: "42e01f", nack: true },
} as const;

const names = Object.keys(OFFERS) as (keyof typeof OFFERS)[];
const offerOf = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../../testing/offers/${name}.sdp`), "utf8");

const TRANSPORT = {
  iceUfrag: "ours",
  icePassword: "our password",
  fingerprint: "AB:CD",
  candidates: [
    { address: "192.0.2.1", port: 8189, transport: "udp" },
    { address: "192.0.2.1", port: 8189, transport: "tcp" },
  ],
} as const;

function answerTo(text: string): string {
  const offer = parseSdp(text);
  return writeAnswer(offer, agreeOnMedia(offer), TRANSPORT);
}

describe.each(names)("an offer of %s", (name) => {
  const { video, repair, audio, profile, nack } = OFFERS[name];
  const text = offerOf(name);

  test("has H.264, Opus and one transport", () => {
    const offer = parseSdp(text);
    const media = agreeOnMedia(offer);
    expect(media.video?.payload.payloadType).toBe(video);
    expect(media.video?.repair?.payloadType).toBe(repair);
    expect(media.video?.payload.feedback.has("nack")).toBe(nack);
    expect(media.audio?.payload.payloadType).toBe(audio);
    const { iceUfrag, fingerprints } = offeredTransport(offer, media);
    expect(iceUfrag).not.toBe("");
    expect(fingerprints[0]?.algorithm).toBe("sha256");
  });

  test("is answered with as many sections, in whatever case its names are", () => {
    const answer = answerTo(text);
    const loud = text.replaceAll(/H264|opus|rtx/gi, (codec) => codec.toUpperCase());
    expect(answerTo(loud)).toBe(answer);
    const sections = parseSdp(answer).sections;
    expect(sections.map(({ kind }) => kind)).toEqual(
      parseSdp(text).sections.map(({ kind }) => kind),
    );
    for (const { direction, setup, iceUfrag, mid } of sections) {
      expect({ direction, setup, iceUfrag }).toEqual({
        direction: "recvonly",
        setup: "passive",
        iceUfrag: "ours",
      });
      expect(text).toContain(`a=mid:${mid}`);
    }
    expect(answer).toContain(`profile-level-id=${profile}`);
    expect(answer).toContain("a=candidate:1 1 udp 2130706431 192.0.2.1 8189 typ host\r\n");
    expect(answer).toMatch(/a=candidate:2 1 tcp \d+ 192\.0\.2\.1 8189 typ host tcptype passive/);
    // It kept chromium at 300 kb/s.
    expect(answer).not.toContain("transport-cc");
  });
});

const REFUSALS = /^(refused|video-codec|audio-codec)$/;

describe("an offer", () => {
  const chromium = offerOf("chromium").replaceAll("\n", "\r\n");

  test("keeps a place for what is rejected, such as a data channel", () => {
    const channel = [
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
      ...["c=IN IP4 0.0.0.0", "a=mid:2", "a=sctp-port:5000", ""],
    ].join("\r\n");
    const answer = answerTo(chromium.replace("BUNDLE 0 1", "BUNDLE 0 1 2") + channel);
    expect(answer).toContain("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n");
    expect(answer).toContain("a=group:BUNDLE 0 1\r\n");
  });

  test.each<[string, (text: string) => string, RegExp]>([
    ["isn't SDP", () => "hello", /doesn't begin with v=0/],
    ["has no media", () => "v=0\r\n", /0 sections/],
    ["is too long", (text) => text + "a=x\r\n".repeat(20_000), /longer than/],
    ["has too many attributes", (text) => text + "a=x\r\n".repeat(1_100), /attributes/],
    ["has no H.264", (text) => text.replaceAll("H264/", "X264/"), /H\.264 in packetization mode 1/],
    ["has no Opus", (text) => text.replaceAll("opus/", "speex/"), /Opus is needed/],
    ["has two transports", (text) => text.replace("BUNDLE 0 1", "BUNDLE 0"), /share one transport/],
    ["has no ICE", (text) => text.replaceAll(/a=ice-.*\r\n/g, ""), /no ICE credentials/],
    ["separates RTCP", (text) => text.replaceAll("a=rtcp-mux\r\n", ""), /rtcp-mux/],
    ["wants to wait", (text) => text.replaceAll("actpass", "passive"), /setup:actpass/],
    ["has an old digest", (text) => text.replaceAll("sha-256", "md5"), /no fingerprint/],
  ])("that %s is refused", (_, change, message) => {
    const refused = (): void => {
      const offer = parseSdp(change(chromium));
      offeredTransport(offer, agreeOnMedia(offer));
    };
    expect(refused).toThrow(message);
    const code = expect.stringMatching(REFUSALS);
    expect(refused).toThrow(expect.objectContaining({ code }));
  });

  test("with lines changed at random is answered or refused", () => {
    const lines = chromium.split("\r\n");
    const edit = fc.record({
      at: fc.nat(lines.length - 1),
      line: fc.oneof(
        fc.constantFrom(...lines),
        fc.string(),
        fc.constantFrom("m=", "a=:", "a=rtpmap"),
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
        const changed = [...lines];
        for (const { at, line } of edits) changed[at] = line;
        try {
          answerTo(changed.join("\r\n"));
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(REFUSALS) });
        }
      }),
      { numRuns: 300 },
    );
  });
});
