import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { writeReceiverReport } from "../rtp/rtcp-packet.ts";
import { parseRtpHeader, writeRtp } from "../rtp/rtp-packet.ts";
import { CounterSealer, keepSealed } from "./counter-sealer.ts";
import { ReplayWindow } from "./replay-window.ts";
import { srtpCipher } from "./srtp-cipher.ts";
import {
  AEAD_AES_128_GCM,
  AES128_CM_HMAC_SHA1_80,
  PROFILES_TO_RECEIVE,
  type SrtpProfile,
  sessionKeys,
} from "./srtp-keys.ts";
import { SrtpReceiver, SrtpSender } from "./srtp-session.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

// RFC 3711, B.3.
const MASTER = {
  profile: AES128_CM_HMAC_SHA1_80,
  key: hex("E1F97A0D3E018BE0D64FA32C06DE4139"),
  salt: hex("0EC675AD498AFEEBB6960B3AABE6"),
};

const EMPTY = Buffer.alloc(0);

function masterOf(profile: SrtpProfile) {
  return { profile, key: randomBytes(16), salt: randomBytes(profile.saltBytes) };
}

function packetOf(sequence: number, payload: Buffer, ssrc = 7): Buffer {
  const fixed = { marker: false, payloadType: 96, timestamp: 1, ssrc };
  return writeRtp({ ...fixed, sequence: sequence & 0xffff, payload });
}

describe("SRTP", () => {
  test("derives RFC 3711's session keys", () => {
    expect(sessionKeys(MASTER, "rtp")).toEqual({
      encryption: hex("C61E7A93744F39EE10734AFE3FF7A087"),
      salt: hex("30CBBC08863D8C85D49DB34A9AE1"),
      authentication: hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"),
    });
  });

  test("writes and reads libsrtp's packet", () => {
    const clear = hex("800f1234decafbadcafebabe abababababababababababababababab");
    const sealed = hex(
      "800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb",
    );
    const header = parseRtpHeader(clear);
    if (header === undefined) throw new Error("it is a packet");
    const [head, payload] = [clear.subarray(0, 12), clear.subarray(12)];
    expect(new SrtpSender(MASTER).rtp(header, head, payload)).toEqual(sealed);
    expect(new SrtpReceiver(MASTER).rtp(header, sealed)).toEqual(payload);
  });

  test("seals packets of all lengths as they are opened, and as the plain way does", () => {
    const master = masterOf(AES128_CM_HMAC_SHA1_80);
    const [sender, receiver] = [new SrtpSender(master), new SrtpReceiver(master)];
    const plain = srtpCipher(AES128_CM_HMAC_SHA1_80, sessionKeys(master, "rtp"), "rtp");
    for (let length = 0; length <= 1_600; length += length < 70 ? 1 : 51) {
      const payload = randomBytes(length);
      const clear = packetOf(65_500 + length, payload, 0xfedcba98);
      const header = parseRtpHeader(clear);
      if (header === undefined) throw new Error("it is a packet");
      const head = clear.subarray(0, header.bytes);
      const sealed = sender.rtp(header, head, payload);
      const rollovers = 65_500 + length > 0xffff ? 1 : 0;
      const identity = { ssrc: header.ssrc, rollovers, low: header.sequence };
      const encrypted = plain.encrypt(identity, head, payload, EMPTY);
      expect(sealed.subarray(12, 12 + length).equals(encrypted)).toBe(true);
      expect(receiver.rtp(header, sealed)?.equals(payload)).toBe(true);
    }
  });

  // RFC 7714, 16.1.1.
  test("writes and reads RFC 7714's packet", () => {
    const keys = {
      encryption: hex("000102030405060708090a0b0c0d0e0f"),
      salt: hex("51756964 2070726f 2071756f"),
      authentication: EMPTY,
    };
    const head = hex("8040f17b 8041f8d3 5501a0b2");
    const body = Buffer.from("Gallia est omnis divisa in partes tres");
    const sealed = hex(`
      f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833
      899d7f27 beb16a91 52cf765e e4390cce`);
    const cipher = srtpCipher(AEAD_AES_128_GCM, keys, "rtp");
    const identity = { ssrc: 0x5501a0b2, rollovers: 0, low: 0xf17b };
    expect(cipher.encrypt(identity, head, body, EMPTY)).toEqual(sealed);
    expect(cipher.decrypt(identity, head, sealed, EMPTY, EMPTY)).toEqual(body);
  });

  describe.each(PROFILES_TO_RECEIVE)("$name", (profile) => {
    test("reads each packet once, in any order, across rollovers; nobody else's", () => {
      const order = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 });
      fc.assert(
        fc.property(order, fc.integer({ min: 65_480, max: 65_535 }), (jitter, first) => {
          const master = masterOf(profile);
          const [sender, receiver] = [new SrtpSender(master), new SrtpReceiver(master)];
          const sealed = jitter.map((_, index) => {
            const packet = packetOf(first + index, Buffer.of(index, 1, 2));
            const header = parseRtpHeader(packet);
            if (header === undefined) throw new Error("it is a packet");
            return {
              header,
              datagram: Buffer.from(
                sender.rtp(header, packet.subarray(0, 12), packet.subarray(12)),
              ),
            };
          });
          // The first packet is where a receiver begins.
          const mixed = sealed.map((packet, index) => ({
            packet,
            at: index + (jitter[index] ?? 0),
          }));
          const shuffled = [
            ...sealed.slice(0, 1),
            ...mixed
              .slice(1)
              .sort((a, b) => a.at - b.at)
              .map(({ packet }) => packet),
          ];
          for (const { header, datagram } of shuffled) {
            const damaged = Buffer.from(datagram);
            damaged[12] = (damaged[12] ?? 0) ^ 1;
            expect(receiver.rtp(header, damaged)).toBeUndefined();
            const index = (header.sequence - first) & 0xffff;
            expect(receiver.rtp(header, datagram)).toEqual(Buffer.of(index, 1, 2));
            expect(receiver.rtp(header, datagram)).toBeUndefined();
          }
        }),
        { numRuns: 50 },
      );
    });

    test("RTCP is read once, and only if it is encrypted and whole", () => {
      const master = masterOf(profile);
      const [sender, receiver] = [new SrtpSender(master), new SrtpReceiver(master)];
      const report = writeReceiverReport(7, []);
      const two = Buffer.concat([report, report]);
      const sealed = sender.rtcp(two);
      expect(sealed.includes(report.subarray(4))).toBe(true);
      for (let at = 0; at < sealed.length; at += 1) {
        const damaged = Buffer.from(sealed);
        damaged[at] = (damaged[at] ?? 0) ^ 0x80;
        expect(receiver.rtcp(damaged)).toBeUndefined();
        expect(receiver.rtcp(sealed.subarray(0, at))).toBeUndefined();
      }
      expect(receiver.rtcp(sealed)).toEqual(two);
      expect(receiver.rtcp(sealed)).toBeUndefined();
    });
  });
});

test("packets sealed ahead are those of a cipher and an HMAC for each", () => {
  const [profile] = PROFILES_TO_RECEIVE.filter(({ isAead }) => !isAead);
  if (profile === undefined) throw new Error("there is one");
  const keys = sessionKeys(masterOf(profile), "rtp");
  const plain = srtpCipher(profile, keys, "rtp");
  // Sources in turn, forwards, backwards for repairs, and over the end of the numbers.
  const packet = fc.record({
    ssrc: fc.constantFrom(7, 7, 7, 8),
    step: fc.constantFrom(1, 1, 1, 1, 2, 9, -1, -5),
    following: fc.constantFrom(0, 0, 1, 5, 20),
    bytes: fc.constantFrom(1, 40, 511, 512, 1_000, 1_200, 1_216, 1_217, 1_536),
  });
  fc.assert(
    fc.property(
      fc.array(packet, { maxLength: 60 }),
      fc.constantFrom(100, 65_500),
      (packets, first) => {
        const sealer = new CounterSealer(keys, profile.tagBytes);
        let number = first;
        for (const { ssrc, step, bytes, following } of packets) {
          number += step;
          const [rollovers, low] = [number >> 16, number & 0xffff];
          const head = randomBytes(12);
          const body = randomBytes(bytes);
          const sealed = sealer.seal({ ssrc, rollovers, low }, head, body, following);
          const encrypted = plain.encrypt({ ssrc, rollovers, low }, head, body, EMPTY);
          const trailer = Buffer.alloc(4);
          trailer.writeUInt32BE(rollovers);
          const tag = plain.tag(head, encrypted, trailer);
          expect(sealed.equals(Buffer.concat([head, encrypted, tag]))).toBe(true);
        }
      },
    ),
  );
});

const numbersOfPackets = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 4_000 })),
  { maxLength: 300 },
);

test("a sealed packet that is kept stays as it is", () => {
  const sealer = new CounterSealer(sessionKeys(MASTER, "rtp"), MASTER.profile.tagBytes);
  const seal = (low: number): Buffer =>
    sealer.seal({ ssrc: 1, rollovers: 0, low }, Buffer.alloc(12), Buffer.alloc(1_000));
  const [first, before] = [seal(1), Buffer.from(seal(1))];
  keepSealed();
  expect(seal(2).equals(before)).toBe(false);
  expect(first.equals(before)).toBe(true);
});

test("a replay window takes each number once, as a set would, of the last 1,024", () => {
  fc.assert(
    fc.property(numbersOfPackets, (numbers) => {
      const window = new ReplayWindow();
      const seen = new Set<number>();
      for (const number of numbers) {
        const highest = Math.max(-1, ...seen);
        const isNew = number > highest || (highest - number < 1_024 && !seen.has(number));
        expect(window.isNew(number)).toBe(isNew);
        if (isNew) {
          window.add(number);
          seen.add(number);
        }
      }
    }),
  );
});
