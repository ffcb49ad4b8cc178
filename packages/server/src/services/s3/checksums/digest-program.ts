/**
 * The program of a thread that digests bodies. It stands here as text, because the command is
 * bundled into one file that has no others beside it.
 *
 * A message has pieces of bodies, and each piece one reply, which names it. Pieces of different
 * bodies that wait are taken together: their MD5s, the slowest, advance in the lanes of one loop
 * (md5-module.ts). A body's last piece may ask for a reply before that, with all but the MD5. Of
 * one body, pieces stay in their order.
 */
export const DIGEST_PROGRAM = `
const { createHash } = require("node:crypto");
const { crc32 } = require("node:zlib");
const { parentPort, receiveMessageOnPort, workerData } = require("node:worker_threads");
const { engines, inputAt, inputBytesMax, md5 } = workerData;
const BLOCK = 64;
const nothing = Buffer.alloc(0);

const crcs = new Map(engines.map(({ name, module, sizeBytes }) => {
  const { memory, update } = new WebAssembly.Instance(module).exports;
  const input = Buffer.from(memory.buffer, inputAt, inputBytesMax);
  return [name, { input, update, sizeBytes, ones: (1n << BigInt(sizeBytes * 8)) - 1n }];
}));
const startCrc = ({ input, update, sizeBytes, ones }) => {
  let state = BigInt.asIntN(64, ones);
  return {
    update(bytes) {
      for (let at = 0; at < bytes.byteLength; at += inputBytesMax) {
        const piece = bytes.subarray(at, at + inputBytesMax);
        // From shared memory, set() copies word by word; this is a memcpy.
        input.fill(piece, 0, piece.byteLength);
        state = update(state, inputAt, inputAt + piece.byteLength);
      }
    },
    digest() {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt.asUintN(64, state) ^ ones);
      return bytes.subarray(8 - sizeBytes);
    },
  };
};
const startCrc32 = () => {
  let crc = 0;
  return {
    // Of no bytes, node returns 0.
    update: (bytes) => { if (bytes.byteLength > 0) crc = crc32(bytes, crc); },
    digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc);
      return bytes;
    },
  };
};

const loops = new WebAssembly.Instance(md5.module).exports;
const words = new Int32Array(loops.memory.buffer, md5.stateAt, 4 * md5.lanes);
const lanes = Array.from({ length: md5.lanes }, (_, lane) =>
  Buffer.from(loops.memory.buffer, md5.lanesAt + lane * md5.laneBytes, md5.laneBytes));
const startMd5 = () => ({
  state: Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476),
  sizeBytes: 0,
  // The bytes after the last whole block.
  rest: nothing,
  digest() {
    const { rest, sizeBytes } = this;
    const end = Buffer.alloc(rest.length < BLOCK - 8 ? BLOCK : 2 * BLOCK);
    rest.copy(end);
    this.rest = nothing;
    end[rest.length] = 0x80;
    end.writeBigUInt64LE(BigInt(sizeBytes) * 8n, end.length - 8);
    advance([{ md5: this, bytes: end, at: 0 }], end.length / BLOCK);
    return Buffer.from(this.state.buffer);
  },
});
// Continues each one's MD5 by so many blocks of its bytes.
const advance = (parts, blocks) => {
  const size = blocks * BLOCK;
  for (const [lane, part] of parts.entries()) {
    for (let at = 0; at < 4; at++) words[at * md5.lanes + lane] = part.md5.state[at];
    const { rest } = part.md5;
    rest.copy(lanes[lane]);
    part.md5.rest = nothing;
    const piece = part.bytes.subarray(part.at, part.at + size - rest.length);
    lanes[lane].fill(piece, rest.length, size);
    part.at += piece.byteLength;
  }
  const { one, four, eight } = loops;
  const loop = parts.length === 1 ? one : parts.length <= md5.vectorLanes ? four : eight;
  loop(md5.stateAt, md5.lanesAt, blocks);
  for (const [lane, part] of parts.entries())
    for (let at = 0; at < 4; at++) part.md5.state[at] = words[at * md5.lanes + lane];
};
const waitingBytes = ({ md5: { rest }, bytes, at }) => rest.length + bytes.byteLength - at;
const updateMd5s = (parts) => {
  for (const part of parts) part.md5.sizeBytes += part.bytes.byteLength;
  for (let open = parts; open.length > 0; ) {
    const going = open.filter((part) => waitingBytes(part) >= BLOCK);
    for (const part of open) if (!going.includes(part)) keepRest(part);
    open = going;
    if (open.length === 0) return;
    const least = Math.min(md5.laneBytes, ...open.map(waitingBytes));
    advance(open, Math.floor(least / BLOCK));
  }
};
const keepRest = ({ md5: own, bytes, at }) => {
  own.rest = Buffer.concat([own.rest, bytes.subarray(at)]);
};

const start = (name) =>
  name === "MD5" ? startMd5()
    : crcs.has(name) ? startCrc(crcs.get(name))
      : name === "CRC32" ? startCrc32() : createHash(name);
// It is asked for once or twice, and node's hashes answer once.
const resultOf = (digest) => (digest.result ??= Uint8Array.from(digest.digest()));
const bodies = new Map();
const digestPieces = (pieces) => {
  const parts = [];
  for (const { id, names, bytes } of pieces) {
    if (!bodies.has(id)) bodies.set(id, names.map(start));
    for (const digest of bytes ? bodies.get(id) : [])
      if (digest.state) parts.push({ md5: digest, bytes, at: 0 });
      else digest.update(bytes);
  }
  const hurried = pieces.filter(({ soonNumber }) => soonNumber !== undefined);
  if (hurried.length > 0)
    parentPort.postMessage(hurried.map(({ soonNumber: number, id }) => {
      const digests = bodies.get(id).map((digest) => digest.state ? nothing : resultOf(digest));
      return { number, digests };
    }));
  updateMd5s(parts);
  parentPort.postMessage(pieces.map(({ number, id, isLast }) => {
    const digests = isLast ? bodies.get(id).map(resultOf) : undefined;
    if (isLast) bodies.delete(id);
    return { number, digests };
  }));
};
const waiting = [];
// As many as there are lanes, each the first of its body.
const takePieces = () => {
  const taken = [];
  const ids = new Set();
  for (let at = 0; at < waiting.length && taken.length < md5.lanes; )
    if (ids.has(waiting[at].id)) at++;
    else {
      ids.add(waiting[at].id);
      taken.push(...waiting.splice(at, 1));
    }
  return taken;
};
parentPort.on("message", (questions) => {
  waiting.push(...questions);
  while (waiting.length > 0) {
    for (let more; (more = receiveMessageOnPort(parentPort)); ) waiting.push(...more.message);
    digestPieces(takePieces());
  }
});
`;
