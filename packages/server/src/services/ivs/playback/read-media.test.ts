import { expect, test } from "vitest";
import { readMedia } from "./read-media.ts";

const name = { channelArn: "arn", rendition: "chunked", sequence: 7, part: undefined };

/** A segment that has these parts, and is whole once they were read, or never. */
function streams(parts: readonly string[], whole: string | undefined, isWholeAtFirst = false) {
  let isWhole = isWholeAtFirst;
  return {
    async part(_channelArn: string, _rendition: string, _sequence: number, index: number) {
      const part = parts[index];
      isWhole ||= part === undefined;
      return part === undefined ? undefined : Buffer.from(part);
    },
    async segment() {
      return isWhole && whole !== undefined ? Buffer.from(whole) : undefined;
    },
  };
}

async function read(...args: Parameters<typeof streams>): Promise<unknown> {
  const media = await readMedia(name, streams(...args), async () => undefined);
  if (media === undefined || media instanceof Uint8Array) return media && String(media);
  const pieces: string[] = [];
  for await (const piece of media) pieces.push(String(piece));
  return pieces;
}

test.for<[string, Parameters<typeof streams>, unknown]>([
  ["that is complete, whole", [["a", "b"], "ab", true], "ab"],
  ["that is being written, as it grows", [["a", "b"], "ab"], ["a", "b"]],
  ["with what its parts leave out", [["a", "b"], "abcd"], ["a", "b", "cd"]],
  ["that comes without parts, once it is complete", [[], "ab"], "ab"],
  ["that doesn't come", [[], undefined], undefined],
])("a segment %s", async ([, args, expected]) => {
  expect(await read(...args)).toEqual(expected);
});

test.for<[string, Parameters<typeof streams>, string]>([
  ["breaks off", [["a"], undefined], "was not completed"],
  ["is encoded anew", [["ab", "cd"], "abXYefgh"], "doesn't begin with the parts"],
  ["is encoded anew, and shorter", [["ab", "cd"], "abc"], "doesn't begin with the parts"],
])("a segment that %s doesn't look complete", async ([, args, message]) => {
  await expect(read(...args)).rejects.toThrow(message);
});

test("a viewer who is thrown out gets no further part", async () => {
  let isRevoked = false;
  const media = await readMedia(name, streams(["a", "b"], "ab"), async () => {
    if (isRevoked) throw new Error("revoked");
  });
  const pieces: string[] = [];
  const watch = async () => {
    for await (const piece of media as AsyncIterable<Uint8Array>) {
      pieces.push(String(piece));
      isRevoked = true;
    }
  };
  await expect(watch()).rejects.toThrow("revoked");
  expect(pieces).toEqual(["a"]);
});
