import { createCipheriv } from "node:crypto";
import { canSeal } from "./can-seal.ts";

/** A protection profile of SRTP, by its number in DTLS (RFC 5764, 4.1.2; RFC 7714, 14.2). */
export interface SrtpProfile {
  readonly name: string;
  readonly id: number;
  readonly saltBytes: number;
  /** Bytes that are added to a packet. */
  readonly tagBytes: number;
  readonly isAead: boolean;
}

export const SRTP_KEY_BYTES = 16;
const AUTHENTICATION_KEY_BYTES = 20;
/** Salts are this long where keys are derived: those of AES-GCM are padded (RFC 7714, 11). */
const DERIVATION_SALT_BYTES = 14;

export const AEAD_AES_128_GCM: SrtpProfile = {
  ...{ name: "AEAD_AES_128_GCM", id: 0x0007, saltBytes: 12, tagBytes: 16, isAead: true },
};
export const AES128_CM_HMAC_SHA1_80: SrtpProfile = {
  ...{ name: "AES128_CM_HMAC_SHA1_80", id: 0x0001, saltBytes: 14, tagBytes: 10, isAead: false },
};

/*
 * The profiles in order of preference: that of least work first, as every peer has both. To open a
 * packet, AES-GCM takes one call where counter mode takes two; counter mode seals many at once.
 */
export const PROFILES_TO_RECEIVE: readonly SrtpProfile[] = [
  AEAD_AES_128_GCM,
  AES128_CM_HMAC_SHA1_80,
];
export const PROFILES_TO_SEND: readonly SrtpProfile[] = canSeal
  ? [AES128_CM_HMAC_SHA1_80, AEAD_AES_128_GCM]
  : PROFILES_TO_RECEIVE;

/** Master key and salt of one direction. */
export interface SrtpMaster {
  readonly profile: SrtpProfile;
  readonly key: Buffer;
  readonly salt: Buffer;
}

/** The keys of both directions, as the handshake gives them. */
export interface SrtpMasters {
  readonly receive: SrtpMaster;
  readonly send: SrtpMaster;
}

/** Session keys of RTP or RTCP. */
export interface SessionKeys {
  readonly encryption: Buffer;
  readonly authentication: Buffer;
  readonly salt: Buffer;
}

/** RFC 3711, 4.3.2. */
const LABELS = {
  rtp: { encryption: 0, authentication: 1, salt: 2 },
  rtcp: { encryption: 3, authentication: 4, salt: 5 },
} as const;

/** Derives the session keys, which never change: a key derivation rate isn't negotiable in DTLS. */
export function sessionKeys(master: SrtpMaster, kind: keyof typeof LABELS): SessionKeys {
  const { encryption, authentication, salt } = LABELS[kind];
  return {
    encryption: derive(master, encryption, SRTP_KEY_BYTES),
    authentication: derive(master, authentication, AUTHENTICATION_KEY_BYTES),
    salt: derive(master, salt, master.profile.saltBytes),
  };
}

function derive({ key, salt }: SrtpMaster, label: number, length: number): Buffer {
  const counter = Buffer.alloc(16);
  salt.copy(counter);
  const at = DERIVATION_SALT_BYTES - 7;
  counter[at] = (counter[at] ?? 0) ^ label;
  return createCipheriv("aes-128-ctr", key, counter).update(Buffer.alloc(length));
}
