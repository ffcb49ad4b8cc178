import {
  refusal,
  type SdpPayload,
  type SdpSection,
  type SessionDescription,
} from "./session-description.ts";

/*
 * Chooses of an offer what is received: one track of H.264 and one of Opus.
 */

const EXTENSION_URIS = {
  mid: "urn:ietf:params:rtp-hdrext:sdes:mid",
  layer: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
  repairedLayer: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
} as const;

/** Header extensions that are read, in the order of the answer. Congestion's isn't: see REMB. */
export const TAKEN_EXTENSIONS: readonly string[] = Object.values(EXTENSION_URIS);

const DEFAULT_PACKETIZATION = "0";
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
 * The tracks that a publisher's offer has for us. Throws MediaError `refused` where it has no
 * picture that can be taken, or sound in another codec alone.
 */
export function agreeOnMedia({ sections }: SessionDescription): AgreedMedia {
  const video = trackOf(sections, "video");
  const audio = trackOf(sections, "audio");
  return { video, audio };
}

function trackOf(
  sections: readonly SdpSection[],
  kind: AgreedTrack["kind"],
): AgreedTrack | undefined {
  const offered = sections
    .map((section, index) => ({ section, index }))
    .filter(({ section }) => section.kind === kind && isSending(section));
  const [first] = offered;
  if (first === undefined) {
    return undefined;
  }
  const payload = kind === "video" ? chooseH264(first.section) : chooseOpus(first.section);
  if (payload === undefined) {
    const wanted = kind === "video" ? "H.264 in packetization mode 1" : "Opus";
    throw refusal(`the offer's ${kind} has ${codecsOf(first.section)}: ${wanted} is needed`);
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

function isSending({ direction, port, mid }: SdpSection): boolean {
  // With port 0 and a mid it is in the bundle; without one it was rejected.
  return (
    (direction === "sendonly" || direction === "sendrecv") && (port !== 0 || mid !== undefined)
  );
}

/** Constrained baseline, which every encoder has, if it is there; else the first one. */
function chooseH264({ payloads }: SdpSection): SdpPayload | undefined {
  const fitting = payloads.filter(
    ({ codec, parameters }) =>
      codec === "h264" && (parameters.get("packetization-mode") ?? DEFAULT_PACKETIZATION) === "1",
  );
  const isConstrained = ({ parameters }: SdpPayload): boolean =>
    /^42e0/i.test(parameters.get("profile-level-id") ?? "");
  return fitting.find(isConstrained) ?? fitting[0];
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
