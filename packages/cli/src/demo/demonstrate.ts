import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFfmpeg } from "@rolecast/server";
import { findAwsClient } from "./aws-client.ts";
import { moderateChat } from "./chat-steps.ts";
import { EventReader } from "./event-reader.ts";
import { recordParticipant } from "./participant-steps.ts";
import { Report } from "./report.ts";
import { createRole, deleteRole, tryToMisuseRole } from "./role-steps.ts";
import { ServerProcess } from "./server-process.ts";
import { ROOT, Stage } from "./stage.ts";
import { checkRecording, denyRecording, streamLive } from "./stream-steps.ts";

/** The whole mission, performed by real clients against a server of its own. */
async function demonstrate(stage: Stage, events: EventReader): Promise<void> {
  const configurationArn = await createRole(stage);
  const { channel, streamId } = await streamLive(stage, configurationArn);
  await checkRecording(stage, events, streamId);
  await tryToMisuseRole(stage);
  await denyRecording(stage, events, channel);
  await deleteRole(stage, configurationArn, channel.arn);
  await moderateChat(stage);
  await recordParticipant(stage, events);
}

/** Prints what it shows; resolves with the exit code. */
export async function runDemo(json: boolean): Promise<number> {
  const ffmpeg = encoder();
  if (ffmpeg === undefined) {
    process.stderr.write(
      "The demo needs ffmpeg: install it, or set ROLECAST_FFMPEG to its path.\n",
    );
    return 1;
  }
  const dir = await mkdtemp(join(tmpdir(), "rolecast-demo-"));
  const report = new Report(json);
  let server: ServerProcess | undefined;
  let events: EventReader | undefined;
  try {
    server = await ServerProcess.start(join(dir, "data"));
    const client = await findAwsClient(server.endpoint);
    report.say(`Rolecast at ${server.endpoint}; client: ${client.name}; encoder: ${ffmpeg}`);
    events = new EventReader({ endpoint: server.endpoint, credentials: ROOT });
    const workDir = join(dir, "downloads");
    await demonstrate(new Stage({ server, client, ffmpeg, report, workDir }), events);
    report.print();
    return 0;
  } catch (error) {
    process.stderr.write(`\nThe first thing that differed: ${messageOf(error)}\n`);
    return 1;
  } finally {
    events?.close();
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** Finds ffmpeg as the server does; a name that is no program is reported. */
function encoder(): string | undefined {
  try {
    return findFfmpeg(process.env.ROLECAST_FFMPEG ?? "auto", process.env.PATH);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
