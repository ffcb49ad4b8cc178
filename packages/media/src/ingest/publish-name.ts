import { MediaError } from "../port/media-error.ts";

/**
 * The two parts of a name that an encoder gives: the stream's own and, perhaps, a priority for a
 * takeover.
 */
export interface ParsedName {
  readonly name: string;
  /** `PRIORITY_OUT_OF_RANGE` for one that isn't a number that may be asked for. */
  readonly priority: number | undefined;
}

/**
 * Below every valid priority: never takes over, and is reported as a failed takeover if a stream is
 * running.
 */
export const PRIORITY_OUT_OF_RANGE = 0;

const NAME_CHARACTERS_MAX = 512;

/**
 * `<name>?priority=N`, N from 1 to `priorityMax`. Throws MediaError `refused` for an empty or
 * overlong name.
 */
export function parsePublishName(given: string, priorityMax: number): ParsedName {
  if (given.length > NAME_CHARACTERS_MAX) {
    throw new MediaError("refused", "the stream key is too long");
  }
  const mark = given.indexOf("?");
  const name = mark < 0 ? given : given.slice(0, mark);
  if (name === "") {
    throw new MediaError("refused", "the stream key is missing");
  }
  const text = mark < 0 ? null : new URLSearchParams(given.slice(mark + 1)).get("priority");
  if (text === null) {
    return { name, priority: undefined };
  }
  const priority = /^\d{1,10}$/.test(text) ? Number(text) : PRIORITY_OUT_OF_RANGE;
  return { name, priority: priority > priorityMax ? PRIORITY_OUT_OF_RANGE : priority };
}
