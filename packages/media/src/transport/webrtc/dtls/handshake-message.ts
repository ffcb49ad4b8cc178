/*
 * Messages of the handshake, which travel in fragments (RFC 6347, 4.2.2).
 */

export const HANDSHAKE_HEADER_BYTES = 12;
/** A client's certificate chain is the largest message. */
const MESSAGE_BYTES_MAX = 16 * 1024;
/** Messages that may come before the one that is next. */
const AHEAD_MAX = 8;
const FRAGMENTS_MAX = 64;

export const MESSAGE = {
  clientHello: 1,
  serverHello: 2,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const;

export interface HandshakeMessage {
  readonly type: number;
  readonly sequence: number;
  readonly body: Buffer;
  /** With the header of an unfragmented message: what the transcript has. */
  readonly bytes: Buffer;
}

export function writeMessage(type: number, sequence: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HANDSHAKE_HEADER_BYTES);
  header[0] = type;
  header.writeUIntBE(body.length, 1, 3);
  header.writeUInt16BE(sequence, 4);
  header.writeUIntBE(0, 6, 3);
  header.writeUIntBE(body.length, 9, 3);
  return Buffer.concat([header, body]);
}

interface Assembly {
  readonly type: number;
  readonly body: Buffer;
  /** Ranges that have come, as offsets. */
  readonly fragments: { readonly from: number; readonly to: number }[];
}

/** Puts the peer's messages together, in order. */
export class MessageAssembler {
  readonly #assemblies = new Map<number, Assembly>();
  #next = 0;

  /** The number of the message that is next. */
  get next(): number {
    return this.#next;
  }

  /**
   * Takes a record's content. Returns whether it has a message that was complete before: the peer
   * hasn't got our answer.
   */
  push(content: Buffer): boolean {
    let isRepeated = false;
    for (let at = 0; at + HANDSHAKE_HEADER_BYTES <= content.length; ) {
      const length = content.readUIntBE(at + 1, 3);
      const sequence = content.readUInt16BE(at + 4);
      const from = content.readUIntBE(at + 6, 3);
      const part = content.readUIntBE(at + 9, 3);
      const bodyAt = at + HANDSHAKE_HEADER_BYTES;
      const end = bodyAt + part;
      if (end > content.length || from + part > length || length > MESSAGE_BYTES_MAX) {
        break;
      }
      if (sequence < this.#next) {
        isRepeated = true;
      } else if (sequence < this.#next + AHEAD_MAX) {
        const type = content[at] ?? 0;
        this.#add({ type, length, sequence, from }, content.subarray(bodyAt, end));
      }
      at = end;
    }
    return isRepeated;
  }

  /** The next message, if it is whole. */
  take(): HandshakeMessage | undefined {
    const sequence = this.#next;
    const assembly = this.#assemblies.get(sequence);
    if (assembly === undefined || !isWhole(assembly)) {
      return undefined;
    }
    this.#assemblies.delete(sequence);
    this.#next += 1;
    const { type, body } = assembly;
    return { type, sequence, body, bytes: writeMessage(type, sequence, body) };
  }

  #add(
    { type, length, sequence, from }: Record<"type" | "length" | "sequence" | "from", number>,
    part: Buffer,
  ): void {
    const known = this.#assemblies.get(sequence);
    const assembly = known ?? { type, body: Buffer.alloc(length), fragments: [] };
    const fits = assembly.type === type && assembly.body.length === length;
    if (!fits || assembly.fragments.length === FRAGMENTS_MAX) {
      return;
    }
    this.#assemblies.set(sequence, assembly);
    part.copy(assembly.body, from);
    assembly.fragments.push({ from, to: from + part.length });
  }
}

function isWhole({ body, fragments }: Assembly): boolean {
  let end = 0;
  for (const { from, to } of [...fragments].sort((a, b) => a.from - b.from)) {
    if (from > end) {
      return false;
    }
    end = Math.max(end, to);
  }
  return end === body.length;
}
