import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";
import type { SessionKeys, SrtpProfile } from "./srtp-keys.ts";

/** The identity of a packet, of which its initialisation vector is made. */
export interface PacketIdentity {
  readonly ssrc: number;
  /** RTP: rollovers, and the sequence number. RTCP: 0, and the index in `low` and `lowBytes`. */
  readonly rollovers: number;
  readonly low: number;
}

/**
 * Encrypts and decrypts with the session keys of RTP or RTCP. `head` is in clear, `trailer` is
 * authenticated only.
 */
export interface SrtpCipher {
  /** Returns what follows the head: ciphertext and, with AEAD, its tag. */
  encrypt(identity: PacketIdentity, head: Buffer, body: Buffer, trailer: Buffer): Buffer;
  /**
   * The authentication tag that follows the trailer; empty with AEAD, which has it in the
   * ciphertext.
   */
  tag(head: Buffer, encrypted: Buffer, trailer: Buffer): Buffer;
  /** Undefined for what isn't genuine. */
  decrypt(
    identity: PacketIdentity,
    head: Buffer,
    encrypted: Buffer,
    trailer: Buffer,
    tag: Buffer,
  ): Buffer | undefined;
}

export type CipherKind = "rtp" | "rtcp";

const EMPTY = Buffer.alloc(0);
const GCM_IV_BYTES = 12;
const GCM_TAG_BYTES = 16;
const BLOCK_BYTES = 16;

export function srtpCipher(profile: SrtpProfile, keys: SessionKeys, kind: CipherKind): SrtpCipher {
  return profile.isAead ? new GcmCipher(keys, kind) : new CounterCipher(keys, profile, kind);
}

/** RFC 7714. */
class GcmCipher implements SrtpCipher {
  readonly #keys: SessionKeys;
  readonly #kind: CipherKind;
  readonly #iv = Buffer.alloc(GCM_IV_BYTES);

  constructor(keys: SessionKeys, kind: CipherKind) {
    this.#keys = keys;
    this.#kind = kind;
  }

  encrypt(identity: PacketIdentity, head: Buffer, body: Buffer, trailer: Buffer): Buffer {
    const { encryption } = this.#keys;
    const cipher = createCipheriv("aes-128-gcm", encryption, this.#vector(identity));
    cipher.setAAD(this.#associated(head, trailer));
    const encrypted = cipher.update(body);
    cipher.final();
    return Buffer.concat([encrypted, cipher.getAuthTag()]);
  }

  tag(): Buffer {
    return EMPTY;
  }

  decrypt(
    identity: PacketIdentity,
    head: Buffer,
    encrypted: Buffer,
    trailer: Buffer,
  ): Buffer | undefined {
    const end = encrypted.length - GCM_TAG_BYTES;
    if (end < 0) {
      return undefined;
    }
    const { encryption } = this.#keys;
    const decipher = createDecipheriv("aes-128-gcm", encryption, this.#vector(identity), {
      authTagLength: GCM_TAG_BYTES,
    });
    decipher.setAAD(this.#associated(head, trailer));
    decipher.setAuthTag(encrypted.subarray(end));
    const clear = decipher.update(encrypted.subarray(0, end));
    try {
      decipher.final();
    } catch {
      // It is somebody else's, or was damaged on its way.
      return undefined;
    }
    return clear;
  }

  /** RTCP's index is authenticated, too (9.2). */
  #associated(head: Buffer, trailer: Buffer): Buffer {
    return this.#kind === "rtp" ? head : Buffer.concat([head, trailer]);
  }

  /** 8.1 and 9.1. */
  #vector({ ssrc, rollovers, low }: PacketIdentity): Buffer {
    const iv = this.#iv;
    iv.writeUInt16BE(0, 0);
    iv.writeUInt32BE(ssrc, 2);
    if (this.#kind === "rtp") {
      iv.writeUInt32BE(rollovers, 6);
      iv.writeUInt16BE(low, 10);
    } else {
      iv.writeUInt16BE(0, 6);
      iv.writeUInt32BE(low, 8);
    }
    return xorInto(iv, this.#keys.salt);
  }
}

/** AES in counter mode with HMAC-SHA1 (RFC 3711, 4.1.1 and 4.2.1). */
class CounterCipher implements SrtpCipher {
  readonly #keys: SessionKeys;
  readonly #tagBytes: number;
  readonly #kind: CipherKind;
  readonly #iv = Buffer.alloc(BLOCK_BYTES);
  readonly #rolloverBytes = Buffer.alloc(4);

  constructor(keys: SessionKeys, { tagBytes }: SrtpProfile, kind: CipherKind) {
    this.#keys = keys;
    this.#tagBytes = tagBytes;
    this.#kind = kind;
  }

  encrypt(identity: PacketIdentity, _head: Buffer, body: Buffer): Buffer {
    return this.#cipher(identity, body);
  }

  tag(head: Buffer, encrypted: Buffer, trailer: Buffer): Buffer {
    return createHmac("sha1", this.#keys.authentication)
      .update(head)
      .update(encrypted)
      .update(trailer)
      .digest()
      .subarray(0, this.#tagBytes);
  }

  decrypt(
    identity: PacketIdentity,
    head: Buffer,
    encrypted: Buffer,
    trailer: Buffer,
    tag: Buffer,
  ): Buffer | undefined {
    // RTP's rollovers are authenticated and not sent.
    const authenticated = this.#kind === "rtp" ? this.#rollovers(identity) : trailer;
    const expected = this.tag(head, encrypted, authenticated);
    return tag.length === expected.length && timingSafeEqual(tag, expected)
      ? this.#cipher(identity, encrypted)
      : undefined;
  }

  #rollovers({ rollovers }: PacketIdentity): Buffer {
    this.#rolloverBytes.writeUInt32BE(rollovers);
    return this.#rolloverBytes;
  }

  #cipher({ ssrc, rollovers, low }: PacketIdentity, bytes: Buffer): Buffer {
    const iv = this.#iv.fill(0);
    iv.writeUInt32BE(ssrc, 4);
    if (this.#kind === "rtp") {
      iv.writeUInt32BE(rollovers, 8);
      iv.writeUInt16BE(low, 12);
    } else {
      iv.writeUInt32BE(low, 10);
    }
    xorInto(iv, this.#keys.salt);
    return createCipheriv("aes-128-ctr", this.#keys.encryption, iv).update(bytes);
  }
}

function xorInto(target: Buffer, mask: Buffer): Buffer {
  for (let index = 0; index < mask.length; index += 1) {
    target[index] = (target[index] ?? 0) ^ (mask[index] ?? 0);
  }
  return target;
}
