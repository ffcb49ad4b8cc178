/** Room in a datagram on any way, beside the headers of RTP, SRTP, UDP and IPv6. */
const PAYLOAD_BYTES_MAX = 1_200;
const AGGREGATE = 24;
const FRAGMENT = 28;
const START = 0x80;
const END = 0x40;
const REFERENCE_BITS = 0x60;

/**
 * Writes a picture's NAL units into payloads of RTP (RFC 6184, 5): small ones share a packet, large
 * ones are cut. The payloads are copies.
 */
export function h264Payloads(units: readonly Buffer[]): Buffer[] {
  const payloads: Buffer[] = [];
  let small: Buffer[] = [];
  let bytes = 1;
  const flush = (): void => {
    if (small.length > 0) {
      payloads.push(small.length === 1 ? Buffer.from(small[0] ?? "") : aggregate(small));
    }
    small = [];
    bytes = 1;
  };
  for (const unit of units) {
    if (bytes + 2 + unit.length > PAYLOAD_BYTES_MAX) {
      flush();
    }
    if (unit.length > PAYLOAD_BYTES_MAX - 3) {
      payloads.push(...fragments(unit));
    } else if (unit.length > 0) {
      small.push(unit);
      bytes += 2 + unit.length;
    }
  }
  flush();
  return payloads;
}

function aggregate(units: readonly Buffer[]): Buffer {
  const references = Math.max(...units.map((unit) => (unit[0] ?? 0) & REFERENCE_BITS));
  const parts = units.flatMap((unit) => [Buffer.of(unit.length >> 8, unit.length & 0xff), unit]);
  return Buffer.concat([Buffer.of(references | AGGREGATE), ...parts]);
}

function fragments(unit: Buffer): Buffer[] {
  const first = unit[0] ?? 0;
  const room = PAYLOAD_BYTES_MAX - 2;
  const payloads: Buffer[] = [];
  for (let at = 1; at < unit.length; at += room) {
    const part = unit.subarray(at, at + room);
    const payload = Buffer.allocUnsafe(2 + part.length);
    payload[0] = (first & 0xe0) | FRAGMENT;
    const edges = (at === 1 ? START : 0) | (at + room >= unit.length ? END : 0);
    payload[1] = edges | (first & 0x1f);
    part.copy(payload, 2);
    payloads.push(payload);
  }
  return payloads;
}
