import type { CompositionOutput } from "@rolecast/media";
import type { CompositionPort } from "../../../kernel/ports/compositions.ts";
import { destinationsOf, isOver, type StoredDestination } from "../rows/compositions.ts";
import type { CompositionRow } from "../tables.ts";
import type { CompositionJournal } from "./composition-journal.ts";
import type { CompositionRecordings } from "./composition-recordings.ts";

/** An output of the engine, for a destination. */
export interface DestinationOutput {
  readonly destination: StoredDestination;
  readonly output: CompositionOutput;
}

export interface OutputParts {
  readonly journal: CompositionJournal;
  readonly compositions: Pick<CompositionPort, "findChannel">;
  readonly recordings: Pick<CompositionRecordings, "open">;
  readonly nowMs: () => number;
}

/** The outputs of destinations that can be reached; others have failed then. */
export async function openOutputs(
  row: CompositionRow,
  parts: OutputParts,
): Promise<readonly DestinationOutput[]> {
  const found: DestinationOutput[] = [];
  for (const destination of destinationsOf(row)) {
    if (isOver(destination)) continue;
    const output = await openOutput(row, destination, parts);
    if (typeof output !== "string") found.push({ destination, output });
    else {
      const news = { id: destination.id, state: "FAILED", reason: output } as const;
      await parts.journal.record(row, { ...news, atMs: parts.nowMs() });
    }
  }
  return found;
}

/** Or the reason for which there can't be one. */
async function openOutput(
  row: CompositionRow,
  destination: StoredDestination,
  { compositions, recordings }: OutputParts,
): Promise<CompositionOutput | string> {
  const { id: output, configuration } = destination;
  if (configuration.s3) {
    const recording = await recordings.open(row, destination);
    return recording ? { output, kind: "recording", recording } : "the bucket is unknown";
  }
  const { channelArn = "" } = configuration.channel ?? {};
  const name = (await compositions.findChannel(channelArn))?.streamKey;
  return name === undefined ? "the channel has no stream key" : { output, kind: "stream", name };
}

type Part = readonly [DestinationOutput, ...DestinationOutput[]];

/** Outputs by the engine's name of what they get: those with the same picture share it. */
export function partsOf(
  arn: string,
  outputs: readonly DestinationOutput[],
): readonly (readonly [name: string, part: Part])[] {
  const parts = new Map<string, [DestinationOutput, ...DestinationOutput[]]>();
  for (const one of outputs) {
    const { width, height, framerate, bitrate } = one.destination.picture;
    const picture = [width, height, framerate, bitrate].join();
    const part = parts.get(picture);
    if (part) part.push(one);
    else parts.set(picture, [one]);
  }
  return [...parts.values()].map((part, index) => [index === 0 ? arn : `${arn}/${index}`, part]);
}

/** Whether a destination is a recording in S3. */
export function isRecorded(row: CompositionRow, destination: string): boolean {
  const found = destinationsOf(row).find(({ id }) => id === destination);
  return found?.configuration.s3 !== undefined;
}
