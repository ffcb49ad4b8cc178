import type { OwnedStreams } from "../nodes/owned-streams.ts";

export interface MediaName {
  readonly channelArn: string;
  readonly rendition: string;
  readonly sequence: number;
  /** Undefined: the whole segment. */
  readonly part: number | undefined;
}

/**
 * A part or a segment, which is waited for where it comes next. A segment that isn't complete yet
 * is given as it grows: Amazon's player asks for those that a low-latency playlist names in
 * advance. `mayGoOn` is asked after each wait, and what it rejects with ends the answer.
 */
export async function readMedia(
  { channelArn, rendition, sequence, part }: MediaName,
  streams: Pick<OwnedStreams, "segment" | "part">,
  mayGoOn: () => Promise<unknown>,
): Promise<Uint8Array | AsyncIterable<Uint8Array> | undefined> {
  const readPart = async (index: number) => {
    const bytes = await streams.part(channelArn, rendition, sequence, index);
    await mayGoOn();
    return bytes;
  };
  if (part !== undefined) return readPart(part);
  const readWhole = () => streams.segment(channelArn, rendition, sequence);
  const whole = await readWhole();
  if (whole) return whole;
  const first = await readPart(0);
  return first ? grow(first, readPart, readWhole) : readWhole();
}

/** The parts from the first one on, as they come, and what the parts leave out. */
async function* grow(
  first: Uint8Array,
  readPart: (index: number) => Promise<Uint8Array | undefined>,
  readWhole: () => Promise<Uint8Array | undefined>,
): AsyncGenerator<Uint8Array> {
  const sent: Uint8Array[] = [];
  let part: Uint8Array | undefined = first;
  while (part) {
    yield part;
    sent.push(part);
    part = await readPart(sent.length);
  }
  const whole = await readWhole();
  // In both cases the answer must not look complete.
  if (!whole) throw new Error("the segment was not completed");
  const rest = restBehind(sent, whole);
  // An encoder that was started again begins the segment anew.
  if (!rest) throw new Error("the segment doesn't begin with the parts that were sent");
  if (rest.length > 0) yield rest;
}

/** Undefined where the whole doesn't begin with the parts. */
function restBehind(parts: readonly Uint8Array[], whole: Uint8Array): Uint8Array | undefined {
  let end = 0;
  for (const part of parts) {
    const start = end;
    end += part.length;
    if (Buffer.compare(whole.subarray(start, end), part) !== 0) return undefined;
  }
  return whole.subarray(end);
}
