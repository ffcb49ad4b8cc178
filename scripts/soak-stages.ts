/*
 * A server as built, in a process of its own, and participants of recorded stages that come, stall,
 * lose packets, vanish and leave at random: `npx tsx scripts/soak-stages.ts --minutes 30 --stages 3
 * --seats 4 --seed 1`, after `npm run build`.
 *
 * Each participant is a process by Pion, which publishes H.264 and Opus by WHIP, or takes another
 * one's by WHEP; it vanishes by SIGKILL, and stalls by SIGSTOP. Each recording is checked when its
 * end is published: its files are those that its playlist names, they last as long as the event
 * said, and ffprobe opens them. All is recorded that a participant sent from its first keyframe on.
 * Memory is sampled all along. Ends with 1 when something is wrong. Needs
 * ffmpeg, Linux, and Debian's golang-go and golang-github-pion-webrtc.v3-dev.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { buildGoProgram } from "../test/support/go-program.ts";
import { type ServerProcess, startServerProcess } from "../test/support/server-process.ts";
import { ROOT } from "../test/support/test-server.ts";
import { Chance } from "./fuzz/chance.ts";
import { ParticipantRecordings, type Recorded } from "./soak/participant-recordings.ts";
import { growthOf, type Sample, sampleOf } from "./soak/process-memory.ts";
import { type Peers, pause, StageSeat, type Stay } from "./soak/stage-seat.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    stages: { type: "string", default: "3" },
    seats: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
  },
});
const minutes = Number(values.minutes);
const SAMPLE_MS = 5_000;
const ROWS = 15;
/** After the last participant: one that vanished is noticed, and files are under way. */
const FINISH_MS = 90_000;
const FILM_SECONDS = 10;
/** Rounding. */
const TOLERANCE_MS = 500;
/** The first packet of all isn't asked for again, nor the last one: the film's next keyframes. */
const LOSS_TOLERANCE_MS = 2_500;
const RECONNECT_SECONDS = 10;

function makeFilm(folder: string): Pick<Peers, "film" | "sound"> {
  const film = join(folder, "film.h264");
  const sound = join(folder, "sound.ogg");
  const length = `duration=${FILM_SECONDS}`;
  const quiet = ["-v", "error", "-nostdin", "-f", "lavfi", "-i"];
  const x264 = ["-c:v", "libx264", "-profile:v", "baseline", "-preset", "veryfast", "-g", "30"];
  const one = ["-x264-params", "slices=1:sliced-threads=0:threads=1", "-b:v", "500k"];
  execFileSync("ffmpeg", [
    ...[...quiet, `testsrc2=size=640x360:rate=30:${length}`, "-pix_fmt", "yuv420p"],
    ...[...x264, ...one, "-bsf:v", "dump_extra", "-f", "h264", film],
  ]);
  execFileSync("ffmpeg", [
    ...[...quiet, `sine=frequency=440:sample_rate=48000:${length}`, "-ac", "2"],
    ...["-c:a", "libopus", "-page_duration", "20000", sound],
  ]);
  return { film, sound };
}

async function makeStages(realTime: IVSRealTime, { s3 }: ServerProcess["root"]) {
  const bucketName = "soak-stages";
  await s3.send(new CreateBucketCommand({ Bucket: bucketName }));
  const made = await realTime.createStorageConfiguration({ s3: { bucketName } });
  const { arn: storageConfigurationArn = "" } = made.storageConfiguration ?? {};
  const stages = Array.from({ length: Number(values.stages) }, async (_, at) => {
    const recordingReconnectWindowSeconds = at % 2 === 0 ? 0 : RECONNECT_SECONDS;
    const recording = { storageConfigurationArn, recordingReconnectWindowSeconds };
    const given = { autoParticipantRecordingConfiguration: recording };
    return (await realTime.createStage(given)).stage?.arn ?? "";
  });
  return Promise.all(stages);
}

/** Says which participant's recordings lack media that it sent, and when that was. */
function missing(stay: Stay, recorded: readonly Recorded[]): string[] {
  const { participantId, behaviour, seconds, outcome, beganAt, endedAt } = stay;
  const when = `${beganAt.toISOString()} to ${endedAt.toISOString()}`;
  if (outcome !== "left" && outcome !== "vanished")
    return behaviour === "stall"
      ? []
      : [`${participantId} (${behaviour}, ${when}) ended: ${outcome}`];
  if (seconds === undefined || behaviour === "stall") return [];
  const recordedMs = recorded.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const toleranceMs = behaviour === "lose" ? LOSS_TOLERANCE_MS : TOLERANCE_MS;
  if (seconds * 1_000 - recordedMs <= toleranceMs) return [];
  const those = recorded.map(({ prefix, durationMs, endedAt: ended }) =>
    [prefix, `${durationMs} ms, ended at`, ended.toISOString()].join(" "),
  );
  const sent = `${seconds.toFixed(1)} s sent, ${recordedMs} ms recorded`;
  return [`${participantId} (${behaviour}, ${when}): ${sent}: ${those.join("; ")}`];
}

async function main(server: ServerProcess, peers: Omit<Peers, "endpoint">): Promise<boolean> {
  const { root, endpoint, pid } = server;
  // As applications do, it tries again where a connection is closed just before it is used.
  const realTime = new IVSRealTime({ endpoint, region: "us-east-1", credentials: ROOT });
  const recordings = new ParticipantRecordings(endpoint, root.s3);
  const stages = await makeStages(realTime, root);
  const seats = stages.flatMap((stageArn, stage) =>
    Array.from({ length: Number(values.seats) }, (_, seat) => {
      const chance = new Chance(Number(values.seed) * 1_000 + stage * 100 + seat);
      return new StageSeat(realTime, stageArn, { ...peers, endpoint }, chance);
    }),
  );
  const beganMs = performance.now();
  const isOver = () => performance.now() - beganMs > minutes * 60_000;
  const lives = seats.map((seat) =>
    seat.run(isOver, () => seats.filter(({ stageArn }) => stageArn === seat.stageArn)),
  );

  const samples: Sample[] = [];
  console.log("minute  resident MB  cores  stays  subscriptions  begun  ended  wrong");
  let printed = sampleOf(pid, beganMs);
  const count = (of: (seat: StageSeat) => readonly unknown[]) =>
    seats.reduce((sum, seat) => sum + of(seat).length, 0);
  while (!isOver()) {
    await pause(SAMPLE_MS);
    const now = sampleOf(pid, beganMs);
    samples.push(now);
    if (now.minute - printed.minute < minutes / ROWS) continue;
    const cores = (now.cpuSeconds - printed.cpuSeconds) / (now.minute - printed.minute) / 60;
    printed = now;
    const { started, ended, wrong } = recordings;
    const figures = [now.minute.toFixed(1), now.residentMb.toFixed(0), cores.toFixed(2)];
    const counts = [count(({ stays }) => stays), count(({ taken }) => taken)];
    const widths = [6, 11, 5, 5, 13, 5, 5, 5];
    const row = [...figures, ...counts, started, ended, wrong.length];
    console.log(row.map((value, at) => String(value).padStart(widths[at] ?? 0)).join("  "));
  }

  await Promise.all(lives);
  const deadlineMs = performance.now() + FINISH_MS;
  while (recordings.open > 0 && performance.now() < deadlineMs) await pause(500);
  await pause(SAMPLE_MS);
  await recordings.close();
  const stays = seats.flatMap((seat) => seat.stays);
  const lost = stays.flatMap((stay) =>
    missing(stay, recordings.recorded.get(stay.participantId) ?? []),
  );
  const wrong = [...recordings.wrong, ...lost, ...seats.flatMap(({ unheard }) => unheard)];
  if (recordings.open > 0) wrong.push(`${recordings.open} recordings neither ended nor failed`);
  for (const one of wrong.slice(recordings.wrong.length, 40)) console.log(one);

  const { isFlat, said } = growthOf(samples);
  const vanished = stays.filter(({ outcome }) => outcome === "vanished").length;
  console.log(
    `${stays.length} stays, of whom ${vanished} vanished; ${recordings.checked} recordings`,
  );
  console.log(`${wrong.length} things wrong: ${wrong.length === 0 ? "pass" : "FAIL"}`);
  console.log(said);
  if (wrong.length > 0) {
    const log = join(tmpdir(), `rolecast-soak-stages-${pid}.log`);
    writeFileSync(log, await server.said(/^/));
    console.log(`the server's log is ${log}`);
  }
  return isFlat && wrong.length === 0;
}

const data = mkdtempSync(join(tmpdir(), "rolecast-soak-stages-"));
const program = join(data, "stage-peer");
buildGoProgram(join(import.meta.dirname, "soak/stage-peer"), program);
const film = makeFilm(data);
const server = await startServerProcess(["--data", join(data, "server")]);
try {
  process.exitCode = (await main(server, { program, ...film })) ? 0 : 1;
} finally {
  const code = await server.stop();
  if (code !== 0) {
    console.log(`the server ended with ${code}`);
    process.exitCode = 1;
  }
  rmSync(data, { recursive: true, force: true });
}
