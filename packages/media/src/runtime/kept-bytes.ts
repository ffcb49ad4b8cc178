/** At least as much comes between two looks. */
const GROWTH_BYTES_MIN = 128 * 1024 * 1024;
/** Share of the kept bytes: a server that has much in memory needn't look for every little. */
const GROWTH_SHARE = 1 / 4;
/**
 * More than V8 lets buffers grow by. Nothing is written to it, so that it takes addresses and no
 * memory.
 */
const SIGNAL_BYTES = 96 * 1024 * 1024;
const EMPTY = Buffer.alloc(0);

let keptBytes = 0;
let lookAtBytes = GROWTH_BYTES_MIN;
const found = new FinalizationRegistry((bytes: number) => {
  keptBytes -= bytes;
  lookNext();
});

function lookNext(): void {
  lookAtBytes = keptBytes + Math.max(GROWTH_BYTES_MIN, keptBytes * GROWTH_SHARE);
}

/**
 * A copy for as long as somebody has it. V8 counts the bytes of buffers and looks through its whole
 * heap for each 64 MB of them, with 300 streams three times a second, which was a sixth of all that
 * those cost and kept the media waiting. It doesn't count shared memory. So that is counted here,
 * and V8 asked to look when it has grown.
 *
 * Node's web platform classes refuse shared memory: a body for `fetch` or `Response` and what
 * `crypto.subtle` reads must be a copy. Streams, sockets, files, `node:crypto` and `node:zlib` take
 * it.
 */
export function keepBytes(bytes: Buffer): Buffer {
  const kept = takeKeptMemory(bytes.length);
  // To shared memory, set() copies word by word; this is a memcpy.
  kept.fill(bytes);
  return kept;
}

/** Memory for bytes that are read into it, and kept like those above. */
export function takeKeptMemory(length: number): Buffer {
  if (length === 0) {
    return EMPTY;
  }
  const memory = new SharedArrayBuffer(length);
  found.register(memory, length);
  keptBytes += length;
  if (keptBytes > lookAtBytes) {
    Buffer.allocUnsafeSlow(SIGNAL_BYTES);
    lookNext();
  }
  return Buffer.from(memory);
}
