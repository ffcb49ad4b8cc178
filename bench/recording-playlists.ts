import { RecordingPlaylists } from "../packages/media/src/recording/recording-playlists.ts";

/*
 * Method: the playlists of a recording of 48 hours with five renditions, in files of 10 s with five
 * keyframe intervals, rewritten as often as a recording does. Prints what that costs altogether.
 */
const RENDITIONS = ["1080p60", "720p60", "480p30", "360p30", "160p30"];
const FILES = 48 * 360;
const FILES_PER_STEP = 360;
const FILE_MS = 10_000;
const byteRanges = [0, 1, 2, 3, 4].map((index) => ({
  offset: index * 1_200_000,
  length: 1_200_000,
  durationMs: FILE_MS / 5,
}));

const playlists = new RecordingPlaylists({
  hlsPath: "media/hls",
  playlist: "master.m3u8",
  byteRangePlaylist: "byte-range-multivariant.m3u8",
  renditions: RENDITIONS.map((path) => ({
    path,
    playlist: "playlist.m3u8",
    byteRangePlaylist: "byte-range-variant.m3u8",
    width: 1,
    height: 1,
    frameRate: 30,
    codecs: "",
  })),
});
const before = process.cpuUsage();
let rewrites = 0;
let bytes = 0;
for (let index = 0; index < FILES; index += 1) {
  for (const rendition of RENDITIONS) {
    const programDateTimeMs = index * FILE_MS;
    const place = { rendition, index, programDateTimeMs, discontinuity: false };
    playlists.add({ ...place, durationMs: FILE_MS, length: 6_000_000, byteRanges });
    const step = 1 + Math.floor((index + 1) / FILES_PER_STEP);
    if ((index + 1) % step === 0) {
      rewrites += 1;
      for (const { body } of playlists.of(rendition)) bytes += Buffer.from(body).length;
    }
  }
}
const { user, system } = process.cpuUsage(before);
const megabytes = Math.round(bytes / 1e6);
console.log(`${rewrites} rewrites, ${(user + system) / 1e6} s of CPU, ${megabytes} MB put`);
