import { expect, test } from "vitest";
import { embedSnippet, playedBy, playedPath } from "./watch-link.ts";

const URL_OF_PLAYBACK = "https://abc.localhost:4566/api/video/v1/channel.AbC.m3u8";

test.each(["", "eyJ.abc-_.def"])("the page plays the channel's path, with token %j", (token) => {
  const play = playedPath(URL_OF_PLAYBACK, token);
  expect(playedBy(new URLSearchParams({ play }))).toBe(play);
});

test.each([
  "https://evil.example/a.m3u8",
  "//evil.example/a.m3u8",
  "/\\evil.example/a.m3u8",
  "/a.html",
  "javascript:alert(1)//.m3u8",
  "/a.m3u8?token=x&other=y",
  "",
])("the page plays nothing for %j", (play) => {
  expect(playedBy(new URLSearchParams({ play }))).toBeUndefined();
});

test("the snippet has the playback URL as a text of JavaScript", () => {
  expect(embedSnippet('https://h/"a.m3u8')).toContain('const url = "https://h/\\"a.m3u8";');
});
