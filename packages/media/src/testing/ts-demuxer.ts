import { PID, TICKS_WRAP, TS_PACKET_BYTES, TS_SYNC } from "../container/mpegts/transport-stream.ts";

export interface DemuxedUnit {
  readonly pid: number;
  readonly pts: number;
  readonly dts: number;
  readonly clock: number | undefined;
  readonly randomAccess: boolean;
  readonly payload: Buffer;
}

interface Packet {
  readonly pid: number;
  readonly starts: boolean;
  readonly payload: Buffer;
  readonly clock: number | undefined;
  readonly randomAccess: boolean;
}

/**
 * A reader written from the standard alone, to check the muxer with. Throws where continuity
 * breaks.
 */
export function demux(stream: Buffer, continuity = new Map<number, number>()): DemuxedUnit[] {
  const open = new Map<number, { first: Packet; parts: Buffer[] }>();
  const units: DemuxedUnit[] = [];
  const close = (pid: number): void => {
    const unit = open.get(pid);
    open.delete(pid);
    if (unit !== undefined) {
      units.push(readPes(unit.first, Buffer.concat(unit.parts)));
    }
  };
  for (let offset = 0; offset < stream.length; offset += TS_PACKET_BYTES) {
    const packet = readPacket(stream.subarray(offset, offset + TS_PACKET_BYTES), continuity);
    if (packet.pid === PID.pat || packet.pid === PID.pmt) {
      continue;
    }
    if (packet.starts) {
      close(packet.pid);
      open.set(packet.pid, { first: packet, parts: [] });
    }
    open.get(packet.pid)?.parts.push(packet.payload);
  }
  for (const pid of open.keys()) {
    close(pid);
  }
  return units;
}

function readPacket(bytes: Buffer, continuity: Map<number, number>): Packet {
  if (bytes[0] !== TS_SYNC || bytes.length !== TS_PACKET_BYTES) {
    throw new Error("packets are out of step");
  }
  const pid = bytes.readUInt16BE(1) & 0x1fff;
  const control = bytes.readUInt8(3);
  const counter = control & 0x0f;
  const last = continuity.get(pid);
  if (last !== undefined && counter !== ((last + 1) & 0x0f)) {
    throw new Error(`continuity of PID ${pid} breaks: ${last} then ${counter}`);
  }
  continuity.set(pid, counter);
  const adaptation = (control & 0x20) === 0 ? 0 : 1 + bytes.readUInt8(4);
  const flags = adaptation > 1 ? bytes.readUInt8(5) : 0;
  const clock =
    (flags & 0x10) === 0 ? undefined : bytes.readUInt32BE(6) * 2 + (bytes.readUInt8(10) >> 7);
  return {
    pid,
    starts: (bytes.readUInt8(1) & 0x40) !== 0,
    payload: bytes.subarray(4 + adaptation),
    clock,
    randomAccess: (flags & 0x40) !== 0,
  };
}

function readPes(first: Packet, bytes: Buffer): DemuxedUnit {
  const headerBytes = bytes.readUInt8(8);
  const pts = readTimestamp(bytes, 9);
  const dts = (bytes.readUInt8(7) & 0x40) === 0 ? pts : readTimestamp(bytes, 14);
  const length = bytes.readUInt16BE(4);
  const payload = bytes.subarray(9 + headerBytes);
  if (bytes.readUIntBE(0, 3) !== 1 || (length !== 0 && length !== bytes.length - 6)) {
    throw new Error("a PES packet is malformed");
  }
  const { pid, clock, randomAccess } = first;
  return { pid, pts, dts, clock, randomAccess, payload };
}

function readTimestamp(bytes: Buffer, offset: number): number {
  const high = (bytes.readUInt8(offset) >> 1) & 7;
  const middle = bytes.readUInt16BE(offset + 1) >> 1;
  const low = bytes.readUInt16BE(offset + 3) >> 1;
  return (high * 2 ** 30 + middle * 2 ** 15 + low) % TICKS_WRAP;
}
