import { expect, test } from "vitest";
import { contentKind } from "./content-kind.ts";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const UTF8 = new TextEncoder();

test.each([
  ["\x89PNG\r\n\x1a\n\0\0", "image", "image/png"],
  ["\xff\xd8\xff\xe0\0", "image", "image/jpeg"],
  ["RIFF\0\0\0\0WEBPVP8 ", "image", "image/webp"],
  ["RIFF\0\0\0\0WAVEfmt ", "audio", "audio/wav"],
  ["\0\0\0\x18ftypisom\0\0", "video", "video/mp4"],
  ["\0\0\0\x18ftypavif\0\0", "image", "image/avif"],
  [`G${"\0".repeat(187)}G\0`, "transport-stream", "video/mp2t"],
  ["<svg onload='x'>", "text", "text/plain"],
  ["<!doctype html>", "text", "text/plain"],
  ["", "text", "text/plain"],
])("%j is %s, whatever its declared type", (text, kind, type) => {
  for (const declared of ["", "binary/octet-stream", "image/gif"]) {
    expect(contentKind(bytes(text), declared)).toEqual({ kind, type });
  }
});

test("a text that is cut inside a character is a text", () => {
  expect(contentKind(UTF8.encode("naïve é").subarray(0, -1), "").kind).toBe("text");
});

test.each([
  ["\0\x01\x02", "video/x-strange", "video"],
  ["\0\x01\x02", "application/octet-stream", "unknown"],
  ["\xff\xfe\0", "", "unknown"],
])("%j declared as %j is %s", (text, declared, kind) => {
  expect(contentKind(bytes(text), declared)).toEqual({ kind, type: declared });
});
