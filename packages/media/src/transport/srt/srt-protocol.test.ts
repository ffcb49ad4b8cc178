import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  parseKeyMaterial,
  requireKeyMaterial,
  StreamDecryptor,
  unwrap,
  wrap,
} from "./key-material.ts";
import { ReceiveBuffer, WINDOW_PACKETS } from "./receive-buffer.ts";
import { sequenceAfter, sequenceDistance, writeLossList } from "./sequence.ts";
import { SynCookies } from "./syn-cookie.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const WRAP = 2 ** 31;

describe("key material", () => {
  // RFC 3394, sections 4.1, 4.2 and 4.6.
  test.each([
    [
      "000102030405060708090A0B0C0D0E0F",
      "00112233445566778899AABBCCDDEEFF",
      "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5",
    ],
    [
      "000102030405060708090A0B0C0D0E0F1011121314151617",
      "00112233445566778899AABBCCDDEEFF",
      "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D",
    ],
    [
      "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
      "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
      "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21",
    ],
  ])("unwraps what RFC 3394 wraps with %s", (key, clear, wrapped) => {
    expect(unwrap(hex(key), hex(wrapped))).toEqual(hex(clear));
    expect(wrap(hex(key), hex(clear))).toEqual(hex(wrapped));
    expect(unwrap(hex(key), hex(wrapped.replace(/^../, "00")))).toBeUndefined();
  });

  test.each([16, 24, 32])(
    "decrypts with keys of %i bytes, before and after a change",
    async (length) => {
      const [salt, even, odd] = [randomBytes(16), randomBytes(length), randomBytes(length)];
      const decryptor = new StreamDecryptor("a passphrase");
      const first = keyMaterial("a passphrase", salt, [even], 1);
      expect(await decryptor.learn(first)).toBe(true);
      const media = randomBytes(1_316);
      const payload = encrypt(media, even, salt, 0x7fffffff);
      expect(decryptor.decrypt(1, 0x7fffffff, payload)).toEqual(media);
      expect(decryptor.decrypt(2, 0, payload)).toBeUndefined();
      expect(await decryptor.learn(keyMaterial("another one", salt, [odd], 2))).toBe(false);
      expect(await decryptor.learn(keyMaterial("a passphrase", salt, [even, odd], 3))).toBe(true);
      expect(decryptor.decrypt(2, 7, encrypt(media, odd, salt, 7))).toEqual(media);
      expect(decryptor.decrypt(1, 8, encrypt(media, even, salt, 8))).toEqual(media);
      expect(decryptor.decrypt(3, 8, payload)).toBeUndefined();
    },
  );

  test("takes nothing that is cut short, or of another cipher", () => {
    const whole = rawKeyMaterial("a passphrase", randomBytes(16), [randomBytes(16)], 1);
    expect(parseKeyMaterial(whole)).toBeDefined();
    for (let length = 0; length < whole.length; length += 1) {
      expect(parseKeyMaterial(whole.subarray(0, length))).toBeUndefined();
    }
    for (const at of [0, 1, 3, 8, 14, 15]) {
      const changed = Buffer.from(whole);
      changed[at] = 0x7c;
      expect(parseKeyMaterial(changed)).toBeUndefined();
    }
  });

  // SRT_REJ_CRYPTO and SRT_REJ_UNSECURE of libsrt.
  test.each([
    ["AES-GCM", 4, 17],
    ["a cipher that there isn't", 3, 11],
  ])("refuses %s with its code", (_, cipher, code) => {
    const content = rawKeyMaterial("a passphrase", randomBytes(16), [randomBytes(16)], 1);
    content[8] = cipher;
    expect(() => requireKeyMaterial(content)).toThrow(expect.objectContaining({ code }));
  });
});

/** As a sender makes it (draft-sharabayko-srt-01, 3.2.2), written from the draft alone. */
function rawKeyMaterial(passphrase: string, salt: Buffer, keys: Buffer[], kk: number): Buffer {
  const length = keys[0]?.length ?? 0;
  const wrapping = pbkdf2Sync(passphrase, salt.subarray(8), 2_048, length, "sha1");
  const head = Buffer.of(0x12, 0x20, 0x29, kk, 0, 0, 0, 0, 2, 0, 2, 0, 0, 0, 4, length / 4);
  return Buffer.concat([head, salt, wrap(wrapping, Buffer.concat(keys))]);
}

function keyMaterial(passphrase: string, salt: Buffer, keys: Buffer[], kk: number) {
  const parsed = parseKeyMaterial(rawKeyMaterial(passphrase, salt, keys, kk));
  if (parsed === undefined) throw new Error("the key material isn't understood");
  return parsed;
}

function encrypt(media: Buffer, key: Buffer, salt: Buffer, sequence: number): Buffer {
  const number = Buffer.alloc(16);
  number.writeUInt32BE(sequence, 10);
  const counter = number.map((byte, index) => byte ^ (index < 14 ? (salt[index] ?? 0) : 0));
  return createCipheriv(`aes-${key.length * 8}-ctr`, key, counter).update(media);
}

test("sequence numbers wrap", () => {
  expect(sequenceAfter(WRAP - 1, 1)).toBe(0);
  expect(sequenceDistance(WRAP - 2, 3)).toBe(5);
  expect(sequenceDistance(3, WRAP - 2)).toBe(-5);
  const list = writeLossList(
    [
      { first: 5, last: 5 },
      { first: WRAP - 1, last: 2 },
    ],
    3,
  );
  expect(list.toString("hex")).toBe("00000005ffffffff00000002");
  expect(writeLossList([{ first: 5, last: 6 }], 1)).toHaveLength(0);
});

test("a cookie is good for its address and for a minute at most", () => {
  const cookies = new SynCookies();
  const cookie = cookies.issue("192.0.2.1", 5_000, 1_000);
  expect(cookies.isValid(cookie, "192.0.2.1", 5_000, 31_000)).toBe(true);
  expect(cookies.isValid(cookie, "192.0.2.1", 5_001, 1_000)).toBe(false);
  expect(cookies.isValid(cookie, "192.0.2.2", 5_000, 1_000)).toBe(false);
  expect(cookies.isValid(cookie, "192.0.2.1", 5_000, 61_000)).toBe(false);
  expect(new SynCookies().isValid(cookie, "192.0.2.1", 5_000, 1_000)).toBe(false);
});

describe("the receive buffer", () => {
  const LATENCY_MS = 100;

  test("hands on in order whatever comes within the latency, and goes on without the rest", () => {
    const step = fc.record({ delay: fc.nat(3), fate: fc.nat(9), duplicate: fc.boolean() });
    const start = fc.oneof(fc.constant(WRAP - 20), fc.nat(WRAP - 1));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), start, (steps, initial) => {
        const arrivals = steps
          .flatMap(({ delay, fate, duplicate }, index) => {
            const once = { index, at: index + delay * 5 };
            if (fate === 0) return [];
            return duplicate ? [once, { ...once, at: once.at + 3 }] : [once];
          })
          .sort((a, b) => a.at - b.at);
        const { buffer, delivered, lost } = collect(initial);
        for (const { index, at } of arrivals) {
          const sequence = sequenceAfter(initial, index);
          if (buffer.wants(sequence)) buffer.push(sequence, payloadOf(index), at);
          buffer.expire(at);
        }
        buffer.expire(10_000);
        const came = steps.flatMap(({ fate }, index) => (fate === 0 ? [] : [index]));
        expect(delivered).toEqual(came);
        const last = came.at(-1) ?? -1;
        expect(lost.reduce((sum, packets) => sum + packets, 0)).toBe(last + 1 - came.length);
        expect(buffer.room).toBe(WINDOW_PACKETS);
        expect(buffer.missing).toEqual([]);
      }),
    );
  });

  test("waits for a missing packet as long as the latency, and no longer", () => {
    const { buffer, delivered } = collect(10);
    expect(buffer.push(12, payloadOf(12), 1_000)).toMatchObject({ first: 10, last: 11 });
    buffer.expire(1_000 + LATENCY_MS - 1);
    expect(delivered).toEqual([]);
    buffer.expire(1_000 + LATENCY_MS);
    expect(delivered).toEqual([12]);
    expect(buffer.wants(11)).toBe(false);
  });

  test("goes on at once without what the sender has given up, also past the end", () => {
    const { buffer, delivered, lost } = collect(0);
    buffer.push(2, payloadOf(2), 0);
    buffer.giveUp({ first: 1, last: 1 }, 0);
    expect(delivered).toEqual([]);
    buffer.giveUp({ first: 0, last: 0 }, 0);
    expect(delivered).toEqual([2]);
    buffer.giveUp({ first: 3, last: 9 }, 0);
    buffer.push(10, payloadOf(10), 0);
    expect(delivered).toEqual([2, 10]);
    expect(lost).toEqual([1, 1, 7]);
    buffer.giveUp({ first: 13, last: 13 }, 1_000);
    buffer.push(14, payloadOf(14), 1_000);
    buffer.expire(1_000 + LATENCY_MS - 1);
    expect(delivered).toEqual([2, 10]);
    buffer.push(11, payloadOf(11), 1_000);
    buffer.push(12, payloadOf(12), 1_000);
    buffer.expire(1_000);
    expect(delivered).toEqual([2, 10, 11, 12, 14]);
  });

  test("takes no packet from far ahead while others are missing, and follows a sender that jumps", () => {
    const { buffer, delivered } = collect(0);
    buffer.push(1, payloadOf(1), 0);
    expect(buffer.wants(WINDOW_PACKETS)).toBe(false);
    buffer.expire(LATENCY_MS);
    expect(buffer.wants(WINDOW_PACKETS * 3)).toBe(true);
    buffer.push(WINDOW_PACKETS * 3, payloadOf(7), 200);
    expect(delivered).toEqual([1, 7]);
  });

  function collect(initialSequence: number) {
    const delivered: number[] = [];
    const lost: number[] = [];
    const buffer = new ReceiveBuffer({
      initialSequence,
      latencyMs: LATENCY_MS,
      deliver: (payload) => delivered.push(payload.readUInt32BE(0)),
      onLost: (packets) => lost.push(packets),
    });
    return { buffer, delivered, lost };
  }
});

function payloadOf(index: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(index);
  return payload;
}
