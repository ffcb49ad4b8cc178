import { expect, test } from "vitest";
import type { ParticipantOccurrence } from "../sessions/stage-journal.ts";
import type { StageToken } from "../tokens/stage-token.ts";
import { LiveStage } from "./live-stage.ts";
import { PublishLimit } from "./publish-limit.ts";

const DAY_MS = 24 * 60 * 60_000;

test("who publishes for a day is ended, not who began again meanwhile", async () => {
  const clock = { atMs: 0, nowMs: () => clock.atMs };
  const stage = new LiveStage({ stageArn: "arn" } as StageToken, "st-1");
  const admit = (participantId: string) => {
    const token = { participantId, userId: "u" } as StageToken;
    const participant = stage.admit(token, {}, 0);
    const rest = { publisherId: participantId, mids: {}, isConnected: true, paused: [] } as const;
    participant.publication = { session: `of-${participantId}`, ...rest };
    return participant;
  };
  const [, pausing, replica] = [admit("long"), admit("pausing"), admit("replica")];
  replica.replicaOf = { sourceStageArn: "other", sourceSessionId: "st-2" };
  const recorded: ParticipantOccurrence[] = [];
  const closed: string[] = [];
  const ignore = () => undefined;
  const limit = new PublishLimit({
    stages: {
      all: [stage],
      change: async (_stage, change) => void recorded.push(...change()),
    },
    forwarding: {
      closeForwarding: async (_group, session) => {
        closed.push(session);
        return true;
      },
    },
    ...{ clock, log: { debug: ignore, info: ignore, warn: ignore, error: ignore } },
  });
  await limit.look();
  const { publication } = pausing;
  pausing.publication = undefined;
  clock.atMs = DAY_MS / 2;
  await limit.look();
  pausing.publication = publication;
  clock.atMs = DAY_MS - 1;
  await limit.look();
  expect(closed).toEqual([]);
  clock.atMs = DAY_MS;
  await limit.look();
  expect(closed).toEqual(["of-long"]);
  expect(recorded).toMatchObject([
    { participantId: "long", name: "PUBLISH_ERROR", errorCode: "STREAM_DURATION_EXCEEDED" },
  ]);
});
