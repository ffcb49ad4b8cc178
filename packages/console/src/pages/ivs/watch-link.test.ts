import { expect, test } from "vitest";
import { embedSnippet, playedBy, playedPath, watchAddress } from "./watch-link.ts";

const URL_OF_PLAYBACK = "https://abc.localhost:4566/api/video/v1/channel.AbC.m3u8";

function queryOf(address: string): URLSearchParams {
  return new URLSearchParams(address.split("?").slice(1).join("?"));
}

test.each(["", "eyJ.abc-_.def"])(
  "the page plays what its address was made of, with token %j",
  (token) => {
    const address = watchAddress("http://10.0.0.5:4566", URL_OF_PLAYBACK, token);
    expect(address.startsWith("http://10.0.0.5:4566/#/watch?play=")).toBe(true);
    expect(playedBy(queryOf(address))).toBe(playedPath(URL_OF_PLAYBACK, token));
  },
);

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
