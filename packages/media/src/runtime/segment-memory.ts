import { strict as assert } from "node:assert";

/** Blocks that were free for so long aren't needed: recordings release theirs every ten seconds. */
const FREE_KEPT_MS = 15_000;
const BLOCK_BYTES_MIN = 16 * 1024;
/** Sizes of blocks per doubling: a block is at most a quarter larger than what was asked for. */
const SIZES_PER_DOUBLING = 4;
/** A free block of so many sizes further up is taken in place of a new one. */
const LARGER_SIZES_MAX = 2;

interface Block {
  readonly memory: Buffer;
  holders: number;
}

const blocks = new WeakMap<ArrayBufferLike, Block>();
/** The free blocks of one size. */
interface FreeBlocks {
  /** The one that was used last at the end. */
  readonly memories: Buffer[];
  /** The fewest that there were since the last look: they weren't needed. */
  spared: number;
}

const free = new Map<number, FreeBlocks>();
let isLookDue = false;

/**
 * Memory of at least so many bytes, for one segment. It is used again once all who held it have
 * released it. No holder has to: memory that isn't released goes the way of any other buffer. A
 * segment in new memory costs more than half of its copying: the system clears the pages, and V8
 * has to find out when they have no holder any more.
 */
export function takeMemory(bytesMin: number): Buffer {
  let size = blockBytes(bytesMin);
  for (let larger = 0; larger <= LARGER_SIZES_MAX; larger += 1) {
    const ofSize = free.get(size);
    const found = ofSize?.memories.pop();
    if (ofSize !== undefined && found !== undefined) {
      ofSize.spared = Math.min(ofSize.spared, ofSize.memories.length);
      return found;
    }
    size = blockBytes(size + 1);
  }
  const memory = Buffer.allocUnsafeSlow(blockBytes(bytesMin));
  blocks.set(memory.buffer, { memory, holders: 0 });
  return memory;
}

/** True for bytes that change once they are released. */
export function isSegmentMemory(bytes: Buffer): boolean {
  return blocks.has(bytes.buffer);
}

/** The caller reads these bytes until it releases them. Does nothing for bytes of others. */
export function holdMemory(bytes: Buffer): void {
  const block = blocks.get(bytes.buffer);
  if (block !== undefined) {
    block.holders += 1;
  }
}

/** Once for each `holdMemory`: neither the caller nor anybody whom it gave them reads the bytes. */
export function releaseMemory(bytes: Buffer): void {
  const block = blocks.get(bytes.buffer);
  if (block === undefined) {
    return;
  }
  assert(block.holders > 0, "a segment's memory is released by those that hold it");
  block.holders -= 1;
  if (block.holders === 0) {
    giveBack(block.memory);
  }
}

/** For memory that was taken, and given to no holder. */
export function discardMemory(memory: Buffer): void {
  const block = blocks.get(memory.buffer);
  if (block?.holders === 0) {
    giveBack(block.memory);
  }
}

function giveBack(memory: Buffer): void {
  lookLater();
  const ofSize = free.get(memory.length);
  if (ofSize === undefined) {
    free.set(memory.length, { memories: [memory], spared: 0 });
  } else {
    ofSize.memories.push(memory);
  }
}

/** Leaves blocks that weren't needed since the last time to the system. */
function dropSpared(): void {
  for (const [size, ofSize] of free) {
    ofSize.memories.splice(0, ofSize.spared);
    ofSize.spared = ofSize.memories.length;
    if (ofSize.spared === 0) {
      free.delete(size);
    }
  }
  isLookDue = false;
  if (free.size > 0) {
    lookLater();
  }
}

function lookLater(): void {
  if (!isLookDue) {
    isLookDue = true;
    setTimeout(dropSpared, FREE_KEPT_MS).unref();
  }
}

function blockBytes(bytesMin: number): number {
  const wanted = Math.max(bytesMin, BLOCK_BYTES_MIN);
  const step = 2 ** Math.floor(Math.log2(wanted)) / SIZES_PER_DOUBLING;
  return Math.ceil(wanted / step) * step;
}
