/** RFC 6184, 5.2 and 5.8; ISO/IEC 14496-10, table 7-1. */
const AGGREGATE = 24;
const FRAGMENT = 28;
const IDR_SLICE = 5;
const PARAMETER_SET = 7;
const FRAGMENT_START = 0x80;

/** The part of a keyframe: `parameters` begin one where the encoder sends them. */
export type KeyframePart = "parameters" | "slice" | undefined;

/** Whether a keyframe may begin with this packet, without reading more of it than its headers. */
export function keyframePart(payload: Buffer): KeyframePart {
  const kind = (payload[0] ?? 0) & 0x1f;
  if (kind === FRAGMENT) {
    const header = payload[1] ?? 0;
    return (header & FRAGMENT_START) === 0 ? undefined : partOf(header & 0x1f);
  }
  if (kind !== AGGREGATE) {
    return partOf(kind);
  }
  let found: KeyframePart;
  for (const unit of aggregated(payload)) {
    const part = partOf((unit[0] ?? 0) & 0x1f);
    found = found === "parameters" ? found : (part ?? found);
  }
  return found;
}

/** The sequence parameter set in a packet, which holds it whole. */
export function parameterSetIn(payload: Buffer): Buffer | undefined {
  const kind = (payload[0] ?? 0) & 0x1f;
  if (kind === PARAMETER_SET) {
    return payload;
  }
  return kind === AGGREGATE
    ? aggregated(payload).find((unit) => ((unit[0] ?? 0) & 0x1f) === PARAMETER_SET)
    : undefined;
}

function partOf(kind: number): KeyframePart {
  if (kind === PARAMETER_SET) {
    return "parameters";
  }
  return kind === IDR_SLICE ? "slice" : undefined;
}

function aggregated(payload: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let at = 1; at + 2 <= payload.length; ) {
    const end = at + 2 + payload.readUInt16BE(at);
    if (end > payload.length) {
      break;
    }
    units.push(payload.subarray(at + 2, end));
    at = end;
  }
  return units;
}
