import { randomBytes } from "node:crypto";
import type { AgreedMedia, AgreedTrack } from "../sdp/agreed-media.ts";
import type { SentLines } from "../sdp/write-answer.ts";
import type { SentTrackNumbers } from "./sent-track.ts";

const CNAME_BYTES = 9;

/** The numbers of a subscriber's tracks. */
export interface SentNumbers {
  readonly audio: SentTrackNumbers | undefined;
  readonly video: SentTrackNumbers | undefined;
}

/** Chooses the numbers under which agreed tracks are sent. */
export function sentNumbers({ audio, video }: AgreedMedia): SentNumbers {
  const cname = randomBytes(CNAME_BYTES).toString("base64url");
  const first = randomBytes(4).readUInt32BE(0);
  return {
    audio: audio && numbersOf(audio, first, cname),
    video: video && numbersOf(video, (first + 2) >>> 0, cname),
  };
}

/** Sources that a track doesn't have are named by 0 and never written. */
export function sentLines({ audio, video }: SentNumbers): SentLines {
  return { audio: lineOf(audio), video: lineOf(video) };
}

function numbersOf(
  { payload, repair }: AgreedTrack,
  ssrc: number,
  cname: string,
): SentTrackNumbers {
  const { payloadType } = payload;
  return {
    ssrc,
    payloadType,
    repair: repair && { ssrc: (ssrc + 1) >>> 0, payloadType: repair.payloadType },
    cname,
  };
}

function lineOf(numbers: SentTrackNumbers | undefined): SentLines["audio"] {
  const { ssrc = 0, repair, cname = "" } = numbers ?? {};
  return { ssrc, repairSsrc: repair?.ssrc, cname };
}
