import { describe, expect, test } from "vitest";
import { defaultMediaLimits } from "../port/limits.ts";
import { segment } from "../testing/synthetic-media.ts";
import { LiveChannel } from "./live-channel.ts";
import type { Rendition } from "./rendition.ts";

const source: Rendition = {
  id: "chunked",
  name: "1080p60",
  picture: { width: 1920, height: 1080, frameRate: 60 },
  codecs: "avc1.64002A,mp4a.40.2",
};
const small: Rendition = {
  id: "160p30",
  name: "160p30",
  picture: { width: 284, height: 160, frameRate: 30 },
  codecs: "avc1.4D400C,mp4a.40.2",
};
const sound: Rendition = {
  id: "audio_only",
  name: "audio_only",
  picture: undefined,
  codecs: "mp4a.40.2",
};

function make(): LiveChannel {
  return new LiveChannel(defaultMediaLimits, () => 0);
}

function numbers(channel: LiveChannel, rendition: string): string[] {
  const lines = channel.mediaPlaylist(rendition)?.split("\n") ?? [];
  return lines.filter((line) => /SEQUENCE|DISCONTINUITY$|\.ts$|ENDLIST/.test(line));
}

describe("live channel", () => {
  test("lists its renditions, the best first", () => {
    const channel = make();
    expect(channel.multivariantPlaylist("")).toBeUndefined();
    const outlet = channel.begin([source, small, sound]);
    for (const { id } of [source, small, sound]) {
      outlet.add(id, segment({ body: Buffer.alloc(1_000), durationMs: 2_000 }));
    }
    expect(channel.multivariantPlaylist("https://here/")?.split("\n")).toEqual([
      "#EXTM3U",
      "#EXT-X-VERSION:3",
      '#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="chunked",NAME="1080p60",AUTOSELECT=YES,DEFAULT=YES',
      '#EXT-X-STREAM-INF:BANDWIDTH=4000,RESOLUTION=1920x1080,CODECS="avc1.64002A,mp4a.40.2",VIDEO="chunked",FRAME-RATE=60.000',
      "https://here/chunked/playlist.m3u8",
      '#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="160p30",NAME="160p30",AUTOSELECT=YES,DEFAULT=YES',
      '#EXT-X-STREAM-INF:BANDWIDTH=4000,RESOLUTION=284x160,CODECS="avc1.4D400C,mp4a.40.2",VIDEO="160p30",FRAME-RATE=30.000',
      "https://here/160p30/playlist.m3u8",
      '#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID="audio_only",NAME="audio_only",AUTOSELECT=NO,DEFAULT=NO',
      '#EXT-X-STREAM-INF:BANDWIDTH=4000,CODECS="mp4a.40.2",VIDEO="audio_only"',
      "https://here/audio_only/playlist.m3u8",
      "",
    ]);
  });

  test("lists what is small enough, which may be nothing", () => {
    const channel = make();
    const outlet = channel.begin([source, small]);
    for (const { id } of [source, small]) {
      outlet.add(id, segment());
    }
    const listed = (heightMax: number) =>
      channel.multivariantPlaylist("", heightMax)?.match(/.*playlist.m3u8/g);
    expect(listed(1080)).toEqual(["chunked/playlist.m3u8", "160p30/playlist.m3u8"]);
    expect(listed(480)).toEqual(["160p30/playlist.m3u8"]);
    expect(listed(159)).toBeUndefined();
    expect(["chunked", "160p30", "480p30"].map((id) => channel.renditionHeight(id))).toEqual([
      ...[1080, 160, undefined],
    ]);
  });

  test("sequence numbers are the same in all renditions and go on in the next broadcast", () => {
    const channel = make();
    const first = channel.begin([source]);
    first.add("chunked", segment());
    first.add("chunked", segment({ discontinuity: true }));
    first.end();
    const second = channel.begin([source, small]);
    for (const { id } of [source, small]) {
      second.add(id, segment());
      second.add(id, segment());
    }
    expect(numbers(channel, "chunked")).toEqual([
      ...["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-DISCONTINUITY-SEQUENCE:0", "0.ts"],
      ...["#EXT-X-DISCONTINUITY", "1.ts", "#EXT-X-DISCONTINUITY", "2.ts", "3.ts"],
    ]);
    expect(numbers(channel, "160p30")).toEqual([
      ...["#EXT-X-MEDIA-SEQUENCE:2", "#EXT-X-DISCONTINUITY-SEQUENCE:1"],
      ...["#EXT-X-DISCONTINUITY", "2.ts", "3.ts"],
    ]);
  });

  test("a playlist in parts reports how far the other renditions are", () => {
    const channel = make();
    const outlet = channel.begin([source, small, sound]);
    const part = (index: number) => ({
      ...{ index, body: Buffer.of(index), durationMs: 400, independent: index === 0 },
      ...{ programDateTimeMs: 0, discontinuity: false },
    });
    outlet.addPart("chunked", part(0));
    outlet.addPart("chunked", part(1));
    for (const { id } of [source, small, sound]) {
      outlet.add(id, segment());
    }
    outlet.addPart("160p30", part(0));
    const reports = (id: string, heightMax?: number) =>
      channel.mediaPlaylist(id, heightMax)?.match(/#EXT-X-RENDITION-REPORT.*/g);
    const ofSource =
      '#EXT-X-RENDITION-REPORT:URI="../chunked/playlist.m3u8",LAST-MSN=0,LAST-PART=1';
    const ofSmall = '#EXT-X-RENDITION-REPORT:URI="../160p30/playlist.m3u8",LAST-MSN=1,LAST-PART=0';
    expect(reports("chunked")).toEqual([ofSmall]);
    expect(reports("160p30")).toEqual([ofSource]);
    expect(reports("audio_only")).toEqual([ofSource, ofSmall]);
    // A viewer who may see small pictures only doesn't learn of others.
    expect(reports("audio_only", 480)).toEqual([ofSmall]);
    outlet.end();
    expect(reports("chunked")).toBeNull();
  });

  test("a rendition that was left behind by the others forgets what it had", () => {
    const channel = make();
    const first = channel.begin([source, small]);
    first.add("chunked", segment());
    first.add("chunked", segment());
    first.add("160p30", segment());
    const second = channel.begin([small]);
    second.add("160p30", segment());
    expect(channel.mediaPlaylist("chunked")).toBeUndefined();
    expect(numbers(channel, "160p30")).toContain("2.ts");
    expect(numbers(channel, "160p30")).not.toContain("0.ts");
  });

  test("what an earlier broadcast still writes changes nothing", () => {
    const channel = make();
    const first = channel.begin([source]);
    first.add("chunked", segment());
    const second = channel.begin([source]);
    second.add("chunked", segment());
    first.add("chunked", segment());
    first.end();
    expect(numbers(channel, "chunked")).toEqual([
      ...["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-DISCONTINUITY-SEQUENCE:0"],
      ...["0.ts", "#EXT-X-DISCONTINUITY", "1.ts"],
    ]);
  });
});
