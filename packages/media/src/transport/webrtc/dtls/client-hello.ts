import type { SrtpProfile } from "../srtp/srtp-keys.ts";
import { ByteReader, readShorts, shorts, vector } from "./byte-reader.ts";
import { DTLS_1_2 } from "./dtls-record.ts";
import { HandshakeFailure } from "./handshake-failure.ts";
import { KEY_GROUPS, type KeyGroup } from "./key-agreement.ts";

/** TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: WebRTC's own choice (RFC 8827, 6.5). */
const CIPHER_SUITE = 0xc02b;
const ECDSA_P256_SHA256 = 0x0403;
const NO_COMPRESSION = 0;

const EXTENSION = {
  supportedGroups: 10,
  pointFormats: 11,
  signatureAlgorithms: 13,
  useSrtp: 14,
  extendedMasterSecret: 23,
  renegotiationInfo: 0xff01,
} as const;
const UNCOMPRESSED_POINTS = 0;

/** The agreement that a client's hello leads to. */
export interface HelloChoices {
  readonly clientRandom: Buffer;
  readonly group: KeyGroup;
  readonly profile: SrtpProfile;
  readonly hasExtendedMasterSecret: boolean;
  readonly hasPointFormats: boolean;
}

/** Throws HandshakeFailure where nothing can be agreed on. `profiles` are ours, the best first. */
export function chooseFromHello(body: Buffer, profiles: readonly SrtpProfile[]): HelloChoices {
  const reader = new ByteReader(body);
  const version = reader.number(2);
  const clientRandom = Buffer.from(reader.bytes(32));
  reader.vector(1);
  reader.vector(1);
  const suites = readShorts(reader.vector(2));
  const compressions = reader.vector(1);
  const extensions = readExtensions(reader);
  // Versions of DTLS count downwards.
  if (version > DTLS_1_2) {
    throw new HandshakeFailure("protocolVersion", "the peer's DTLS is older than 1.2");
  }
  if (!suites.includes(CIPHER_SUITE) || !compressions.includes(NO_COMPRESSION)) {
    const wanted = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    throw new HandshakeFailure("handshakeFailure", `the peer doesn't offer ${wanted}`);
  }
  const signatures = extensions.get(EXTENSION.signatureAlgorithms);
  if (signatures !== undefined && !listOf(signatures).includes(ECDSA_P256_SHA256)) {
    throw new HandshakeFailure("handshakeFailure", "the peer takes no ECDSA with SHA-256");
  }
  return {
    clientRandom,
    group: chooseGroup(extensions.get(EXTENSION.supportedGroups)),
    profile: chooseProfile(extensions.get(EXTENSION.useSrtp), profiles),
    hasExtendedMasterSecret: extensions.has(EXTENSION.extendedMasterSecret),
    hasPointFormats: extensions.has(EXTENSION.pointFormats),
  };
}

export function writeServerHello(choices: HelloChoices, serverRandom: Buffer): Buffer {
  const { profile, hasExtendedMasterSecret, hasPointFormats } = choices;
  const extensions = [
    extension(EXTENSION.renegotiationInfo, vector(1)),
    extension(EXTENSION.useSrtp, vector(2, shorts(profile.id)), vector(1)),
    ...(hasExtendedMasterSecret ? [extension(EXTENSION.extendedMasterSecret)] : []),
    ...(hasPointFormats
      ? [extension(EXTENSION.pointFormats, vector(1, Buffer.of(UNCOMPRESSED_POINTS)))]
      : []),
  ];
  return Buffer.concat([
    shorts(DTLS_1_2),
    serverRandom,
    vector(1),
    shorts(CIPHER_SUITE),
    Buffer.of(NO_COMPRESSION),
    vector(2, ...extensions),
  ]);
}

function extension(type: number, ...content: readonly Buffer[]): Buffer {
  return Buffer.concat([shorts(type), vector(2, ...content)]);
}

function readExtensions(reader: ByteReader): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  if (reader.isAtEnd) {
    return found;
  }
  const extensions = new ByteReader(reader.vector(2));
  while (!extensions.isAtEnd) {
    const type = extensions.number(2);
    found.set(type, extensions.vector(2));
  }
  return found;
}

function listOf(content: Buffer): number[] {
  return readShorts(new ByteReader(content).vector(2));
}

/** P-256 is what a client has that names no groups (RFC 8422, 4). */
function chooseGroup(content: Buffer | undefined): KeyGroup {
  const offered = content === undefined ? [KEY_GROUPS.p256.id] : listOf(content);
  const group = Object.values(KEY_GROUPS).find(({ id }) => offered.includes(id));
  if (group === undefined) {
    throw new HandshakeFailure("handshakeFailure", "the peer offers neither X25519 nor P-256");
  }
  return group;
}

function chooseProfile(content: Buffer | undefined, profiles: readonly SrtpProfile[]): SrtpProfile {
  const offered = content === undefined ? [] : listOf(content);
  const profile = profiles.find(({ id }) => offered.includes(id));
  if (profile === undefined) {
    throw new HandshakeFailure(
      "handshakeFailure",
      "the peer offers no profile of SRTP that is used",
    );
  }
  return profile;
}
