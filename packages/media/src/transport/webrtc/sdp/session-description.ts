import { MediaError } from "../../../port/media-error.ts";

/*
 * SDP (RFC 8866) as browsers and encoders write it (RFC 8829). Names are compared without regard to
 * case: some write OPUS.
 */

/** Browsers' offers have some 10 KB. */
export const SDP_BYTES_MAX = 64 * 1024;
const SECTIONS_MAX = 16;
const ATTRIBUTES_MAX = 1_000;
const PAYLOAD_TYPES_MAX = 128;
/** RFC 8851, 10: letters and digits; browsers take - and _ too. */
const LAYER_NAME = /^[\w-]{1,16}$/;

/** A codec under one number. */
export interface SdpPayload {
  readonly payloadType: number;
  /** In lower case, such as `h264`. */
  readonly codec: string;
  readonly clockHz: number;
  /** Format parameters by name; the names are in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Such as `nack pli`, in lower case. */
  readonly feedback: ReadonlySet<string>;
}

export type SdpDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive";

export interface SdpFingerprint {
  /** As it is written in lower case, such as `sha-256`. */
  readonly algorithm: string;
  readonly value: string;
}

export interface SdpSection {
  /** `audio`, `video` or `application`, in lower case. */
  readonly kind: string;
  readonly protocol: string;
  /** The formats as they are written: payload types, or a name. */
  readonly formats: readonly string[];
  readonly port: number;
  readonly mid: string | undefined;
  readonly direction: SdpDirection;
  readonly payloads: readonly SdpPayload[];
  /** Ids of header extensions by URI. */
  readonly extensions: ReadonlyMap<string, number>;
  readonly iceUfrag: string | undefined;
  readonly icePassword: string | undefined;
  readonly fingerprints: readonly SdpFingerprint[];
  readonly setup: string | undefined;
  readonly hasRtcpMux: boolean;
  readonly hasReducedRtcp: boolean;
  /** Layers that are sent, by `a=simulcast` and `a=rid`; empty without simulcast. */
  readonly layers: readonly string[];
}

export interface SessionDescription {
  readonly sections: readonly SdpSection[];
  /** The mids that share one transport; empty where each has its own. */
  readonly bundle: readonly string[];
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

interface RawSection {
  readonly media: string;
  readonly attributes: Attribute[];
}

/** Throws MediaError `refused` for text that isn't a session description, or too large a one. */
export function parseSdp(text: string): SessionDescription {
  if (text.length > SDP_BYTES_MAX) {
    throw refusal(`the offer is longer than ${SDP_BYTES_MAX} characters`);
  }
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== "");
  if (lines[0] !== "v=0") {
    throw refusal("the offer isn't a session description: it doesn't begin with v=0");
  }
  const session: Attribute[] = [];
  const raw: RawSection[] = [];
  for (const line of lines) {
    if (/^m=/i.test(line)) {
      raw.push({ media: line.slice(2), attributes: [] });
    } else if (/^a=/i.test(line)) {
      (raw.at(-1)?.attributes ?? session).push(attributeOf(line));
    }
  }
  const attributes = raw.reduce((sum, section) => sum + section.attributes.length, session.length);
  if (raw.length === 0 || raw.length > SECTIONS_MAX || attributes > ATTRIBUTES_MAX) {
    throw refusal(`the offer has ${raw.length} sections of media with ${attributes} attributes`);
  }
  const bundle = session
    .filter(({ name, value }) => name === "group" && /^bundle /i.test(value))
    .flatMap(({ value }) => value.split(/\s+/).slice(1));
  return { sections: raw.map((section) => parseSection(section, session)), bundle };
}

function attributeOf(line: string): Attribute {
  const colon = line.indexOf(":");
  return colon < 0
    ? { name: line.slice(2).toLowerCase(), value: "" }
    : { name: line.slice(2, colon).toLowerCase(), value: line.slice(colon + 1).trim() };
}

function parseSection(
  { media, attributes }: RawSection,
  session: readonly Attribute[],
): SdpSection {
  const [kind = "", port = "", protocol = "", ...formats] = media.trim().split(/\s+/);
  if (!/^\d{1,5}/.test(port) || formats.length > PAYLOAD_TYPES_MAX) {
    throw refusal("a section of media in the offer is malformed");
  }
  const ofSection = (name: string): string | undefined =>
    attributes.find((attribute) => attribute.name === name)?.value;
  const of = (name: string): string | undefined =>
    ofSection(name) ?? session.find((attribute) => attribute.name === name)?.value;
  const fingerprints = valuesOf(attributes, "fingerprint");
  return {
    kind: kind.toLowerCase(),
    protocol,
    formats,
    port: Number.parseInt(port, 10),
    mid: ofSection("mid"),
    direction: directionOf([...attributes, ...session]),
    payloads: payloadsOf(formats, attributes),
    extensions: extensionsOf(attributes),
    iceUfrag: of("ice-ufrag"),
    icePassword: of("ice-pwd"),
    fingerprints: (fingerprints.length > 0 ? fingerprints : valuesOf(session, "fingerprint")).map(
      fingerprintOf,
    ),
    setup: of("setup")?.toLowerCase(),
    hasRtcpMux: ofSection("rtcp-mux") !== undefined,
    hasReducedRtcp: ofSection("rtcp-rsize") !== undefined,
    layers: layersOf(attributes),
  };
}

/** The first of each layer's alternatives; one that is paused may come later (RFC 8853, 5.1). */
function layersOf(attributes: readonly Attribute[]): string[] {
  const sent = valuesOf(attributes, "rid")
    .filter((value) => /^\S+ send\b/i.test(value))
    .map((value) => value.split(" ")[0] ?? "");
  const [, list = ""] =
    /(?:^|\s)send\s+(\S+)/i.exec(valuesOf(attributes, "simulcast")[0] ?? "") ?? [];
  const named = list.split(";").map((layer) => (layer.split(",")[0] ?? "").replace(/^~/, ""));
  return sent.filter((name) => named.includes(name) && LAYER_NAME.test(name));
}

function directionOf(attributes: readonly Attribute[]): SdpDirection {
  const names: readonly SdpDirection[] = ["sendrecv", "sendonly", "recvonly", "inactive"];
  const found = attributes.find(({ name }) => names.some((direction) => direction === name));
  return names.find((direction) => direction === found?.name) ?? "sendrecv";
}

function payloadsOf(formats: readonly string[], attributes: readonly Attribute[]): SdpPayload[] {
  const numbers = formats.filter((format) => /^\d{1,3}$/.test(format)).map(Number);
  return numbers.flatMap((payloadType) => {
    const of = (name: string): string[] => payloadValues(attributes, name, payloadType);
    const map = /^([^/\s]+)\/(\d{1,9})/.exec(of("rtpmap")[0] ?? "");
    if (map === null || payloadType > 127) {
      return [];
    }
    const [, codec = "", clock = ""] = map;
    const feedback = [...of("rtcp-fb"), ...starValues(attributes)];
    return {
      payloadType,
      codec: codec.toLowerCase(),
      clockHz: Number(clock),
      parameters: parametersOf(of("fmtp")[0] ?? ""),
      feedback: new Set(feedback.map((value) => value.toLowerCase())),
    };
  });
}

/** The values that begin with a payload type, without it. */
function payloadValues(
  attributes: readonly Attribute[],
  name: string,
  payloadType: number,
): string[] {
  const prefix = `${payloadType} `;
  return valuesOf(attributes, name)
    .filter((value) => value.startsWith(prefix))
    .map((value) => value.slice(prefix.length).trim());
}

/** Feedback for all payload types. */
function starValues(attributes: readonly Attribute[]): string[] {
  return valuesOf(attributes, "rtcp-fb")
    .filter((value) => value.startsWith("* "))
    .map((value) => value.slice(2).trim());
}

function parametersOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(";").map((part) => {
      const equals = part.indexOf("=");
      const [name, value] =
        equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
      return [name.trim().toLowerCase(), value.trim()] as const;
    }),
  );
}

function extensionsOf(attributes: readonly Attribute[]): ReadonlyMap<string, number> {
  return new Map(
    valuesOf(attributes, "extmap").flatMap((value) => {
      const [, id = "", uri = ""] = /^(\d{1,3})(?:\/\w+)?\s+(\S+)/.exec(value) ?? [];
      return uri === "" ? [] : [[uri, Number(id)] as const];
    }),
  );
}

function fingerprintOf(value: string): SdpFingerprint {
  const [algorithm = "", digest = ""] = value.split(/\s+/);
  return { algorithm: algorithm.toLowerCase(), value: digest };
}

function valuesOf(attributes: readonly Attribute[], name: string): string[] {
  return attributes.filter((attribute) => attribute.name === name).map(({ value }) => value);
}

export function refusal(message: string): MediaError {
  return new MediaError("refused", message);
}
