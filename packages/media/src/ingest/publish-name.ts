import { MediaError } from "../media-error.ts";

/** What an encoder gives as the name to publish: a stream key and, perhaps, a priority for a takeover. */
export interface PublishName {
  readonly streamKey: string;
  readonly priority: number | undefined;
}

/** Amazon IVS: 1 to the largest 32-bit signed integer. */
const PRIORITY_MAX = 2_147_483_647;
const NAME_CHARACTERS_MAX = 512;

/** `<key>?priority=N`. Throws MediaError `refused` for an empty or overlong key or a priority out of range. */
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
  const priority = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (priority < 1 || priority > PRIORITY_MAX) {
    throw new MediaError("refused", "the priority is not a number from 1 to 2147483647");
  }
  return { streamKey, priority };
}
