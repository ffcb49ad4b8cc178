import { MediaError } from "../../../port/media-error.ts";
import {
  refusal,
  type SdpPayload,
  type SdpSection,
  type SessionDescription,
} from "./session-description.ts";

/*
 * Chooses of an offer what is received, or sent: one track of H.264 and one of Opus.
 */

export const EXTENSION_URIS = {
  mid: "urn:ietf:params:rtp-hdrext:sdes:mid",
  layer: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
  repairedLayer: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
} as const;

/** Header extensions that are read, in the order of the answer. Congestion's isn't: see REMB. */
export const TAKEN_EXTENSIONS: readonly string[] = Object.values(EXTENSION_URIS);

const DEFAULT_PACKETIZATION = "0";
const CONSTRAINED_BASELINE = "42e0";
/** Layers of one picture: encoders have three. */
const LAYERS_MAX = 4;
const OPUS_CLOCK_HZ = 48_000;

/** One track of media as both sides agree on it. */
export interface AgreedTrack {
  /** Index of its section in the offer. */
  readonly section: number;
  readonly mid: string;
  readonly kind: "video" | "audio";
  readonly codec: "h264" | "opus";
  readonly payload: SdpPayload;
  /** Packets that are sent again have this payload type (RFC 4588); undefined without. */
  readonly repair: SdpPayload | undefined;
  readonly extensions: ReadonlyMap<string, number>;
  /** Layers of simulcast that are offered. */
  readonly layers: readonly string[];
}

export interface AgreedMedia {
  readonly video: AgreedTrack | undefined;
  readonly audio: AgreedTrack | undefined;
}

/**
 * The tracks that a publisher's offer has for us. Throws MediaError `video-codec` or `audio-codec`
 * where it has a picture or sound in other codecs alone.
 */
export function agreeOnMedia({ sections }: SessionDescription): AgreedMedia {
  const video = trackOf(sections, "video", isSending);
  const audio = trackOf(sections, "audio", isSending);
  return { video, audio };
}

/**
 * The tracks that a subscriber's offer receives. `profile`: what the picture is in, such as
 * `42e01f`. Throws MediaError `video-codec` or `audio-codec` where it can't receive these.
 */
export function agreeOnSent(
  { sections }: SessionDescription,
  profile: string | undefined,
): AgreedMedia {
  const video = trackOf(sections, "video", isReceiving, profile);
  const audio = trackOf(sections, "audio", isReceiving);
  return { video, audio };
}

function trackOf(
  sections: readonly SdpSection[],
  kind: AgreedTrack["kind"],
  isMeant: (section: SdpSection) => boolean,
  profile = CONSTRAINED_BASELINE,
): AgreedTrack | undefined {
  const offered = sections
    .map((section, index) => ({ section, index }))
    .filter(({ section }) => section.kind === kind && isMeant(section) && isUsed(section));
  const [first] = offered;
  if (first === undefined) {
    return undefined;
  }
  const payload = kind === "video" ? chooseH264(first.section, profile) : chooseOpus(first.section);
  if (payload === undefined) {
    const wanted = kind === "video" ? "H.264 in packetization mode 1" : "Opus";
    const message = `the offer's ${kind} has ${codecsOf(first.section)}: ${wanted} is needed`;
    throw new MediaError(`${kind}-codec`, message);
  }
  if (first.section.layers.length > LAYERS_MAX) {
    throw refusal(`the offer has more than ${LAYERS_MAX} layers of simulcast`);
  }
  return {
    section: first.index,
    mid: first.section.mid ?? String(first.index),
    kind,
    codec: kind === "video" ? "h264" : "opus",
    payload,
    repair: repairOf(first.section, payload),
    extensions: first.section.extensions,
    layers: first.section.layers,
  };
}

function isSending({ direction }: SdpSection): boolean {
  return direction === "sendonly" || direction === "sendrecv";
}

function isReceiving({ direction }: SdpSection): boolean {
  return direction === "recvonly" || direction === "sendrecv";
}

/** With port 0 and a mid it is in the bundle; without one it was rejected. */
function isUsed({ port, mid }: SdpSection): boolean {
  return port !== 0 || mid !== undefined;
}

/** The profile, else constrained baseline, which everybody has, else the first one. */
function chooseH264({ payloads }: SdpSection, profile: string): SdpPayload | undefined {
  const fitting = payloads.filter(
    ({ codec, parameters }) =>
      codec === "h264" && (parameters.get("packetization-mode") ?? DEFAULT_PACKETIZATION) === "1",
  );
  const ofProfile = (begin: string): SdpPayload | undefined =>
    fitting.find(({ parameters }) =>
      (parameters.get("profile-level-id") ?? "").toLowerCase().startsWith(begin),
    );
  const wanted = profile.slice(0, CONSTRAINED_BASELINE.length).toLowerCase();
  return ofProfile(wanted) ?? ofProfile(CONSTRAINED_BASELINE) ?? fitting[0];
}

function chooseOpus({ payloads }: SdpSection): SdpPayload | undefined {
  return payloads.find(({ codec, clockHz }) => codec === "opus" && clockHz === OPUS_CLOCK_HZ);
}

function repairOf({ payloads }: SdpSection, repaired: SdpPayload): SdpPayload | undefined {
  const number = String(repaired.payloadType);
  return payloads.find(
    ({ codec, parameters }) => codec === "rtx" && parameters.get("apt") === number,
  );
}

/** As people write them: `VP8, AV1`. */
function codecsOf({ payloads }: SdpSection): string {
  const auxiliary = new Set(["rtx", "red", "ulpfec", "flexfec-03", "cn", "telephone-event"]);
  const names = payloads.map(({ codec }) => codec).filter((codec) => !auxiliary.has(codec));
  return names.length === 0 ? "no codec" : [...new Set(names)].join(", ").toUpperCase();
}
