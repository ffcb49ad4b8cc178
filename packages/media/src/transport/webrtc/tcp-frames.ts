const LENGTH_BYTES = 2;
/** Datagrams of the protocols that share the port are shorter than a path's largest packet. */
const DATAGRAM_BYTES_MAX = 4_096;

/** A datagram on a connection: its length comes first (RFC 4571). */
export function writeFrame(datagram: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(datagram.length);
  return Buffer.concat([length, datagram]);
}

/** Finds the datagrams in what a connection brings, however it is cut. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  #isBroken = false;

  /** A frame was longer than any that there is: nothing more can be read. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  read(bytes: Buffer): Buffer[] {
    const datagrams: Buffer[] = [];
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (rest.length >= LENGTH_BYTES && !this.#isBroken) {
      const length = rest.readUInt16BE(0);
      const end = LENGTH_BYTES + length;
      if (length > DATAGRAM_BYTES_MAX) {
        this.#isBroken = true;
      } else if (end > rest.length) {
        break;
      } else {
        datagrams.push(rest.subarray(LENGTH_BYTES, end));
        rest = rest.subarray(end);
      }
    }
    this.#rest = this.#isBroken ? Buffer.alloc(0) : rest;
    return datagrams;
  }
}
