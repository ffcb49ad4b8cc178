import { gunzipSync } from "node:zlib";
import { Ivschat } from "@aws-sdk/client-ivschat";
import { S3 } from "@aws-sdk/client-s3";
import { until } from "../../test/support/until.ts";
import type { Chance } from "../fuzz/chance.ts";
import type { Checked, Model, Outcome } from "./model.ts";
import type { Node } from "./node.ts";
import { allPages } from "./pages.ts";
import { outcomeOf } from "./remembered.ts";

/* The log of a chat room: each event that was acknowledged stands in its bucket's files, once. */

const BUCKET = "kills-chat-logs";
const LOGGED_MS_MAX = 90_000;

/** An event's name, whether or not it was acknowledged, is in the log at most once. */
const sent = new Set<string>();
const acknowledged = new Set<string>();
let room = "";

async function prepare(at: Node): Promise<void> {
  await at.client(S3).createBucket({ Bucket: BUCKET });
  const chat = at.client(Ivschat);
  const destinationConfiguration = { s3: { bucketName: BUCKET } };
  const { arn = "" } = await chat.createLoggingConfiguration({ destinationConfiguration });
  const made = await chat.createRoom({ loggingConfigurationIdentifiers: [arn] });
  room = made.arn ?? "";
}

async function step(at: Node, chance: Chance): Promise<Outcome> {
  const eventName = `event-${sent.size}-${chance.below(1e6)}`;
  sent.add(eventName);
  const outcome = await outcomeOf(
    at.client(Ivschat).sendEvent({ roomIdentifier: room, eventName }),
  );
  if (outcome === "acknowledged") acknowledged.add(eventName);
  return outcome;
}

async function readLog(at: Node): Promise<readonly string[]> {
  const s3 = at.client(S3);
  const objects = await allPages(
    (ContinuationToken) => s3.listObjectsV2({ Bucket: BUCKET, ContinuationToken }),
    ({ Contents }) => Contents,
    ({ NextContinuationToken }) => NextContinuationToken,
  );
  const names: string[] = [];
  for (const { Key } of objects) {
    const { Body } = await s3.getObject({ Bucket: BUCKET, Key });
    const lines = gunzipSync((await Body?.transformToByteArray()) ?? "").toString();
    for (const line of lines.split("\n").filter(Boolean))
      names.push((JSON.parse(line) as { payload: { EventName: string } }).payload.EventName);
  }
  return names;
}

async function check(at: Node): Promise<Checked> {
  const wrong: string[] = [];
  let log: readonly string[] = [];
  const isWhole = async () => {
    log = await readLog(at);
    const logged = new Set(log);
    return [...acknowledged].every((name) => logged.has(name));
  };
  await until(isWhole, "the room's log", { withinMs: LOGGED_MS_MAX, everyMs: 200 }).catch(() => {
    const logged = new Set(log);
    const lost = [...acknowledged].filter((name) => !logged.has(name));
    wrong.push(`acknowledged, and not logged: ${lost.length} events, ${lost.slice(0, 5)}`);
  });
  const strange = log.filter((name) => !sent.has(name));
  if (strange.length > 0) wrong.push(`logged, and never sent: ${strange}`);
  return { compared: acknowledged.size, unknown: { there: 0, absent: 0 }, wrong };
}

export const roomLogs: Model = { name: "ivs-chat-logs", prepare, step, check };
