import { expect, test } from "vitest";
import { broadcastCommand, ffmpegCommand, HIDDEN } from "./encoder-commands.ts";

const ARN = "arn:aws:ivs:us-east-1:000000000000:channel/AbCdEfGh1234";
const url = (key = HIDDEN) => `rtmp://h:1935/app/${key}`;

test("the test picture's first line needs no key at all", () => {
  const line = `npx rolecast broadcast ${ARN} --test-pattern`;
  expect(broadcastCommand(ARN)).toMatchObject({ needsKey: false });
  expect(broadcastCommand(ARN).line(undefined)).toBe(line);
});

test.each([
  [ffmpegCommand(url), "ffmpeg -re -i film.mp4 ", "-f flv 'rtmp://h:1935/app/sk_1'"],
  [ffmpegCommand(url, { generated: true }), "ffmpeg -re -f lavfi -i testsrc2", "app/sk_1'"],
  [ffmpegCommand(url, { format: "mpegts" }), "ffmpeg -re -i film.mp4 ", "-f mpegts 'rtmp"],
])("ffmpeg's line %# ends in the address with the key", (command, begin, end) => {
  const line = command.line("sk_1");
  expect(command.line(undefined)).toBe(line.replace("sk_1", HIDDEN));
  expect(line.startsWith(begin)).toBe(true);
  expect(line).toContain(end);
  expect(line).not.toContain("<");
});
