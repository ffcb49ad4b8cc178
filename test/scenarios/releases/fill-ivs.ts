import { generateKeyPairSync, randomUUID } from "node:crypto";
import { playbackToken } from "../../support/playback-token.ts";
import type { ServerProcess } from "../../support/server-process.ts";
import { until } from "../../support/until.ts";
import { makeFilm, publish } from "../ivs/encoder.ts";
import type { ReleaseClients } from "./release-clients.ts";

const tags = { team: "video" };
const AD_SERVER = "arn:aws:mediatailor:us-east-1:000000000000:playbackConfiguration/ads";
/** One colour and silence, which take next to no room. */
const EMPTY = ["-vf", "drawbox=color=navy:thickness=fill", "-af", "volume=0", "-crf", "48"];

/**
 * Makes resources of every kind, a finished recording and one that goes on until the server ends.
 */
export async function fillIvs(clients: ReleaseClients, server: ServerProcess): Promise<void> {
  const { ivs, s3 } = clients;
  await s3.createBucket({ Bucket: "recordings" });
  const { recordingConfiguration } = await ivs.createRecordingConfiguration({
    ...{ name: "main", tags },
    destinationConfiguration: { s3: { bucketName: "recordings" } },
    thumbnailConfiguration: { recordingMode: "INTERVAL", targetIntervalSeconds: 2 },
  });
  const arn = recordingConfiguration?.arn;
  await until(async () => {
    const answer = await ivs.getRecordingConfiguration({ arn });
    return answer.recordingConfiguration?.state === "ACTIVE";
  }, "the recording configuration");
  const keys = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
  const publicKeyMaterial = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
  await ivs.importPlaybackKeyPair({ name: "own", publicKeyMaterial, tags });
  const { playbackRestrictionPolicy } = await ivs.createPlaybackRestrictionPolicy({
    ...{ name: "here", allowedCountries: ["DE"], allowedOrigins: ["https://example.com"], tags },
  });
  const { adConfiguration } = await ivs.createAdConfiguration({
    ...{ name: "ads", tags },
    mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn: AD_SERVER }],
  });
  await ivs.createChannel({
    ...{ name: "guarded", type: "BASIC", tags },
    playbackRestrictionPolicyArn: playbackRestrictionPolicy?.arn,
    adConfigurationArn: adConfiguration?.arn,
  });
  const film = await makeFilm(8, EMPTY);
  const begin = async (name: string, authorized: boolean, speed: number, endless = false) => {
    const { channel, streamKey } = await ivs.createChannel({
      ...{ name, authorized, latencyMode: "NORMAL", recordingConfigurationArn: arn, tags },
    });
    const url = `rtmps://localhost:${server.rtmpsPort}/app/${streamKey?.value}`;
    return { channel, encoder: publish(film, url, speed, endless) };
  };
  const finished = await begin("finished", false, 8);
  await finished.encoder.ended;
  await until(() => keysOf(clients, "recording-ended.json", 1), "the end of the first recording");

  const live = await begin("live", true, 2, true);
  const channelArn = live.channel?.arn ?? "";
  await until(() => ivs.getStream({ channelArn }), "the second stream");
  await ivs.putMetadata({ channelArn, metadata: "said" });
  const claims = { "aws:channel-arn": channelArn, "aws:single-use-uuid": randomUUID() };
  const token = playbackToken(claims, keys.privateKey);
  const path = new URL(live.channel?.playbackUrl ?? "").pathname;
  const answer = await fetch(`${server.endpoint}${path}?token=${token}`);
  if (!answer.ok) throw new Error(`The token was refused with ${answer.status}.`);
  await ivs.startViewerSessionRevocation({ channelArn, viewerId: "somebody" });
  await until(() => keysOf(clients, "master.m3u8", 2), "the second recording's first file");
}

/** Whether as many objects of recordings have this name. */
async function keysOf({ s3 }: ReleaseClients, name: string, count: number): Promise<boolean> {
  const { Contents = [] } = await s3.listObjectsV2({ Bucket: "recordings" });
  return Contents.filter(({ Key }) => Key?.endsWith(name)).length >= count;
}
