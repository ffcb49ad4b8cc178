import { ivsName } from "../ivs/ivs-name.ts";
import type { RecordingPlace } from "./recording-index.ts";

/** A channel or a stage. */
export interface RecordedSource {
  /** The last part of its ARN. */
  readonly id: string;
  readonly name: string;
}

export function sourceOf({
  arn = "",
  name,
}: {
  readonly arn?: string | undefined;
  readonly name?: string | undefined;
}): RecordedSource {
  return { id: arn.split("/").at(-1) ?? arn, name: ivsName({ arn, name }) };
}

/** The name of what was recorded. Without the sources, which can't be read then, it is an ID. */
export function recordedName(
  { sourceId, participantId, compositionId }: RecordingPlace,
  sources: readonly RecordedSource[] | undefined,
): string {
  const known = sources?.find(({ id }) => id === sourceId)?.name;
  const name = known ?? (sources ? `${sourceId}, deleted` : sourceId);
  if (participantId !== undefined) return `${name}: participant ${participantId}`;
  return compositionId === undefined ? name : `${name}: composition ${compositionId}`;
}
