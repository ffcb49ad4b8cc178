import { MediaError } from "../port/media-error.ts";

/** What an encoder gives as the name to publish: a stream key and, perhaps, a priority for a takeover. */
export interface PublishName {
  readonly streamKey: string;
  /** `PRIORITY_OUT_OF_RANGE` for one that isn't a number that may be asked for. */
  readonly priority: number | undefined;
}

/** Lower than any: it takes nothing over, and is told as a takeover's failure where there is something to take over. */
export const PRIORITY_OUT_OF_RANGE = 0;

/** Amazon IVS: 1 to the largest 32-bit signed integer. */
const PRIORITY_MAX = 2_147_483_647;
const NAME_CHARACTERS_MAX = 512;

/** `<key>?priority=N`. Throws MediaError `refused` for an empty or overlong key. */
export function parsePublishName(name: string): PublishName {
  if (name.length > NAME_CHARACTERS_MAX) {
    throw new MediaError("refused", "the stream key is too long");
  }
  const mark = name.indexOf("?");
  const streamKey = mark < 0 ? name : name.slice(0, mark);
  if (streamKey === "") {
    throw new MediaError("refused", "the stream key is missing");
  }
  const text = mark < 0 ? null : new URLSearchParams(name.slice(mark + 1)).get("priority");
  if (text === null) {
    return { streamKey, priority: undefined };
  }
  const priority = /^\d{1,10}$/.test(text) ? Number(text) : PRIORITY_OUT_OF_RANGE;
  return { streamKey, priority: priority > PRIORITY_MAX ? PRIORITY_OUT_OF_RANGE : priority };
}
