import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const COMMAND = join(import.meta.dirname, "../../packages/cli/bin/rolecast.js");
/** The demo streams in real time, for two minutes on a machine that does nothing else. */
const WITHIN_MS = 600_000;

/** Each thing that the demo shows, and how that looked. */
const SHOWN: readonly (readonly [what: string, seen: RegExp])[] = [
  [
    "a user without iam:CreateServiceLinkedRole is refused",
    /^AccessDeniedException: .* not authorized to perform: iam:CreateServiceLinkedRole/,
  ],
  ["the user of AWS's guide creates a recording configuration", /^arn:aws:ivs:.*:recording-config/],
  ["the role exists and trusts ivs.amazonaws.com alone", /:role\/aws-service-role\/ivs\.amazonaws/],
  ["it has IVSRecordToS3 and s3:PutObject on this bucket", /^IVSRecordToS3 and inline IVSRecordTo/],
  ["the recording configuration becomes ACTIVE", /^ACTIVE$/],
  ["a channel with that recording configuration", /^arn:aws:ivs:.*:channel\/\w{12}$/],
  ["GetStream says LIVE", /^LIVE, HEALTHY, st-\w+$/],
  ["the playback URL decodes while the stream runs", /^[\d.]+ s of live video and sound from http/],
  ["the encoder publishes to its end", /^ffmpeg exit 0, then ChannelNotBroadcasting$/],
  ["the Recording End event gives prefix and duration", /^2\d{4} ms in ivs\/v1\/000000000000\//],
  ["its objects are IVS's layout", /^\d+ objects$/],
  ["master.m3u8, fetched with signed GETs, decodes to its length", /^2\d\.\d+ s of 2\d s$/],
  [
    "byte-range-multivariant.m3u8, fetched with signed GETs, decodes to its length",
    /^2\d\.\d+ s of 2\d s$/,
  ],
  ["its thumbnail is a picture", /^media\/thumbnails\/thumb0\.jpg, \d{4,} bytes of JPEG$/],
  ["recording-ended.json says how it ended", /^RECORDING_ENDED, 2\d{4} ms$/],
  ["nobody can assume it, root included", /^AccessDenied: .* perform: sts:AssumeRole/],
  ["its policy can't be attached to another role", /^PolicyNotAttachable: /],
  ["no policy can be put on it", /^UnmodifiableEntity: /],
  ["its trust can't be changed", /^UnmodifiableEntity: /],
  ["it can't be deleted as an ordinary role", /^UnmodifiableEntity: /],
  ["only its description can be edited", /^Description: \w+/],
  ["denied by the bucket policy, the next recording fails to start", /^Recording Start Failure, /],
  ["while the live stream goes on", /^LIVE, [\d.]+ s decoded$/],
  ["StopStream ends it", /^the encoder was disconnected$/],
  [
    "deleting the role fails and names the recording configurations",
    /^FAILED; us-east-1: arn:aws:ivs:.*:recording-configuration\/\w{12}/,
  ],
  ["a recording configuration in use can't be deleted", /^ConflictException: /],
  ["detached and deleted, the role can go", /^SUCCEEDED; GetRole: NoSuchEntity$/],
  ["a new recording configuration creates it again", /with the new id AROA\w+$/],
  ["what a viewer sends, the moderator gets", /^viewer: First!$/],
  ["a viewer's token doesn't allow it to delete", /^403: Not allowed to DELETE_MESSAGE$/],
  ["the moderator's does, and the viewer is told", /^aws:DELETE_MESSAGE: spoiler$/],
  ["DisconnectUser ends the viewer's connection", /^\S/],
  [
    "a storage configuration puts IVS into the bucket's policy",
    /^CompositeWrite-\w+: ivs-composite\./,
  ],
  ["an encoder joins the stage over RTMPS and is recorded", /^participant \S+ in session st-\w+$/],
  ["its Recording End event gives prefix and duration", /^[4-9]\d{3} ms in \w{12}\/st-\w+\//],
  [
    "multivariant.m3u8, fetched with signed GETs, decodes to its length",
    /^[4-9]\.\d+ s of [4-9]\.\d+ s$/,
  ],
  ["without the policy, the next recording fails to start", /^Recording Start Failure$/],
];

test(
  "the demo shows the mission with real clients, step by step",
  async () => {
    const run = promisify(execFile)(process.execPath, [COMMAND, "demo", "--json"]);
    const { stdout, stderr } = await run;
    const { shown } = JSON.parse(stdout) as { shown: { what: string; seen: string }[] };
    expect(shown.map(({ what }) => what)).toEqual(SHOWN.map(([what]) => what));
    for (const [index, [what, seen]] of SHOWN.entries())
      expect(shown[index]?.seen, what).toMatch(seen);
    expect(stderr).toMatch(/^Rolecast at http:\S+; client: .+; encoder: .+\n/);
    expect(stderr.match(/ {2}✓ /g)).toHaveLength(SHOWN.length);
  },
  WITHIN_MS,
);
