import type { RecordingMedia } from "@rolecast/media";
import { expect, test } from "vitest";
import { recordingMetadataText, recordingPrefix } from "./recording-metadata.ts";

const STARTED_AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const MEDIA: RecordingMedia = {
  hlsPath: "media/hls",
  playlist: "master.m3u8",
  byteRangePlaylist: "byte-range-multivariant.m3u8",
  renditions: [
    {
      path: "720p60",
      playlist: "playlist.m3u8",
      byteRangePlaylist: "byte-range-variant.m3u8",
      width: 1280,
      height: 720,
      frameRate: 60,
      codecs: "avc1.64001F,mp4a.40.2",
    },
  ],
};

test("a prefix is in UTC and pads nothing", () => {
  expect(recordingPrefix("012345678901", "AXnaRrhYNf7Z", "y9KbtxapPKU3", STARTED_AT_MS)).toBe(
    "ivs/v1/012345678901/AXnaRrhYNf7Z/2026/1/2/3/4/y9KbtxapPKU3",
  );
});

test("a recording of thumbnails alone says where they are, and of no playlist", () => {
  const thumbnails = { path: "media/thumbnails", width: 852, height: 480 };
  const latestThumbnail = { ...thumbnails, path: "media/latest_thumbnail/thumb.jpg" };
  const further = { path: "media/thumbnails/360p30", width: 640, height: 360 };
  const furtherLatest = { ...further, path: "media/latest_thumbnail/360p30/thumb.jpg" };
  const media = {
    ...MEDIA,
    renditions: [],
    thumbnails,
    latestThumbnail,
    additionalThumbnails: [further],
    additionalLatestThumbnails: [furtherLatest],
  };
  const about = { channelArn: "", startedAtMs: STARTED_AT_MS, media };
  const size = { resolution_height: 480, resolution_width: 852 };
  const furtherSize = { resolution_height: 360, resolution_width: 640 };
  expect(JSON.parse(recordingMetadataText(about, { status: "RECORDING_STARTED" })).media).toEqual({
    thumbnails: { path: "media/thumbnails", ...size },
    additional_thumbnails: [{ path: "media/thumbnails/360p30", ...furtherSize }],
    latest_thumbnail: { path: "media/latest_thumbnail/thumb.jpg", ...size },
    additional_latest_thumbnails: [
      { path: "media/latest_thumbnail/360p30/thumb.jpg", ...furtherSize },
    ],
  });
});

test("a failed recording's metadata has every field, in whole seconds and milliseconds", () => {
  const channelArn = "arn:aws:ivs:us-east-1:012345678901:channel/AXnaRrhYNf7Z";
  const text = recordingMetadataText(
    { channelArn, startedAtMs: STARTED_AT_MS, media: MEDIA },
    {
      status: "RECORDING_ENDED_WITH_FAILURE",
      endedAtMs: STARTED_AT_MS + 20_400,
      durationMs: 19_999.6,
      message: "InternalServerException",
    },
  );
  expect(JSON.parse(text)).toEqual({
    version: "v1",
    channel_arn: channelArn,
    recording_started_at: "2026-01-02T03:04:05Z",
    recording_ended_at: "2026-01-02T03:04:26Z",
    recording_status: "RECORDING_ENDED_WITH_FAILURE",
    recording_status_message: "InternalServerException",
    media: {
      hls: {
        duration_ms: 20_000,
        path: "media/hls",
        playlist: "master.m3u8",
        byte_range_playlist: "byte-range-multivariant.m3u8",
        renditions: [
          {
            path: "720p60",
            playlist: "playlist.m3u8",
            byte_range_playlist: "byte-range-variant.m3u8",
            resolution_height: 720,
            resolution_width: 1280,
          },
        ],
      },
    },
  });
});
