import { type AgreedMedia, type AgreedTrack, TAKEN_EXTENSIONS } from "./agreed-media.ts";
import type { SdpSection, SessionDescription } from "./session-description.ts";

/** An address at which the peer may reach us. */
export interface HostCandidate {
  readonly address: string;
  readonly port: number;
  readonly transport: "udp" | "tcp";
}

export interface AnswerTransport {
  readonly iceUfrag: string;
  readonly icePassword: string;
  /** SHA-256, as `AB:CD:…`. */
  readonly fingerprint: string;
  readonly candidates: readonly HostCandidate[];
}

const TYPE_PREFERENCE = 126;
const COMPONENT = 1;
/** UDP first, and addresses in their order. */
const LOCAL_PREFERENCE_MAX = { udp: 65_535, tcp: 32_767 } as const;
/** The feedback that is sent; transport-cc isn't among it, since REMB is. */
const TAKEN_FEEDBACK = ["goog-remb", "ccm fir", "nack", "nack pli"];

/** A track that we send: how its packets are known. */
export interface SentLine {
  readonly ssrc: number;
  /** Packets that are sent again. */
  readonly repairSsrc: number | undefined;
  readonly cname: string;
}

export type SentLines = Readonly<Record<AgreedTrack["kind"], SentLine>>;

/**
 * The answer to an offer: what was agreed on is received, or sent where `sent` names it; everything
 * else is rejected.
 */
export function writeAnswer(
  offer: SessionDescription,
  { video, audio }: AgreedMedia,
  transport: AnswerTransport,
  sent?: SentLines,
): string {
  const tracks = [video, audio].filter((track) => track !== undefined);
  const sections = offer.sections.map((section, index) => {
    const track = tracks.find((candidate) => candidate.section === index);
    return track === undefined
      ? rejected(section)
      : accepted(section, track, transport, sent?.[track.kind]);
  });
  const mids = [...tracks].sort((a, b) => a.section - b.section).map(({ mid }) => mid);
  const lines = [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=ice-lite",
    ...(offer.bundle.length > 0 ? [`a=group:BUNDLE ${mids.join(" ")}`] : []),
    "a=msid-semantic:WMS *",
    ...sections.flat(),
  ];
  return `${lines.join("\r\n")}\r\n`;
}

/** A section that isn't taken keeps its place (RFC 3264, 6). */
function rejected({ kind, protocol, formats, mid }: SdpSection): string[] {
  const format = formats[0] ?? "0";
  return [
    `m=${kind} 0 ${protocol} ${format}`,
    "c=IN IP4 0.0.0.0",
    ...(mid === undefined ? [] : [`a=mid:${mid}`]),
    "a=inactive",
  ];
}

function accepted(
  section: SdpSection,
  track: AgreedTrack,
  { iceUfrag, icePassword, fingerprint, candidates }: AnswerTransport,
  sent: SentLine | undefined,
): string[] {
  const { payload, repair } = track;
  const numbers = [payload, ...(repair === undefined ? [] : [repair])].map(
    ({ payloadType }) => payloadType,
  );
  return [
    `m=${track.kind} 9 ${section.protocol} ${numbers.join(" ")}`,
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    `a=ice-ufrag:${iceUfrag}`,
    `a=ice-pwd:${icePassword}`,
    `a=fingerprint:sha-256 ${fingerprint}`,
    "a=setup:passive",
    ...(section.mid === undefined ? [] : [`a=mid:${section.mid}`]),
    ...(sent === undefined ? [...extensionLines(track), "a=recvonly"] : ["a=sendonly"]),
    "a=rtcp-mux",
    ...(section.hasReducedRtcp ? ["a=rtcp-rsize"] : []),
    ...payloadLines(track),
    ...(sent === undefined ? layerLines(track) : sourceLines(track, sent)),
    ...candidateLines(candidates),
    "a=end-of-candidates",
  ];
}

function extensionLines({ extensions }: AgreedTrack): string[] {
  return TAKEN_EXTENSIONS.flatMap((uri) => {
    const id = extensions.get(uri);
    return id === undefined ? [] : [`a=extmap:${id} ${uri}`];
  });
}

/** The mirror image of what is offered (RFC 8853, 5.3). */
function layerLines({ layers }: AgreedTrack): string[] {
  return layers.length === 0
    ? []
    : [...layers.map((layer) => `a=rid:${layer} recv`), `a=simulcast:recv ${layers.join(";")}`];
}

/** RFC 5576, and RFC 8830 for the stream that joins sound and picture. */
function sourceLines({ kind }: AgreedTrack, { ssrc, repairSsrc, cname }: SentLine): string[] {
  const sources = repairSsrc === undefined ? [ssrc] : [ssrc, repairSsrc];
  return [
    `a=msid:${cname} ${kind}`,
    ...(repairSsrc === undefined ? [] : [`a=ssrc-group:FID ${ssrc} ${repairSsrc}`]),
    ...sources.flatMap((source) => [
      `a=ssrc:${source} cname:${cname}`,
      `a=ssrc:${source} msid:${cname} ${kind}`,
    ]),
  ];
}

function payloadLines({ kind, payload, repair }: AgreedTrack): string[] {
  const number = payload.payloadType;
  const lines =
    kind === "audio"
      ? [
          `a=rtpmap:${number} opus/48000/2`,
          `a=fmtp:${number} minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1`,
        ]
      : [
          `a=rtpmap:${number} H264/90000`,
          ...TAKEN_FEEDBACK.filter((name) => payload.feedback.has(name)).map(
            (name) => `a=rtcp-fb:${number} ${name}`,
          ),
          `a=fmtp:${number} ${h264Parameters(payload.parameters)}`,
        ];
  return repair === undefined
    ? lines
    : [
        ...lines,
        `a=rtpmap:${repair.payloadType} rtx/90000`,
        `a=fmtp:${repair.payloadType} apt=${number}`,
      ];
}

/** The profile is the offer's; asymmetry lets the encoder choose its level. */
function h264Parameters(parameters: ReadonlyMap<string, string>): string {
  const profile = parameters.get("profile-level-id") ?? "42e01f";
  return `level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=${profile}`;
}

function candidateLines(candidates: readonly HostCandidate[]): string[] {
  return candidates.map(({ address, port, transport }, index) => {
    const local = LOCAL_PREFERENCE_MAX[transport] - index;
    // RFC 8445, 5.1.2.1.
    const priority = TYPE_PREFERENCE * 2 ** 24 + local * 2 ** 8 + (256 - COMPONENT);
    const type = transport === "tcp" ? "typ host tcptype passive" : "typ host";
    const fields = [index + 1, COMPONENT, transport, priority, address, port, type];
    return `a=candidate:${fields.join(" ")}`;
  });
}
