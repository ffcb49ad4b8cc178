import { IVSRealTime } from "@aws-sdk/client-ivs-realtime";
import { Ivschat } from "@aws-sdk/client-ivschat";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

/* Keys of maps that are called like members which have limits of their own. */

const attributes = { name: "Alice Smith", userId: "", id: "1", tags: "a, b", reason: "", uri: "x" };

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.close());

const options = () => ({ endpoint: server.endpoint, region: "us-east-1", credentials: ROOT });

test("attributes of a chat's members and events have any names", async () => {
  const chat = new Ivschat(options());
  const { arn: roomIdentifier } = await chat.createRoom({});
  const { token } = await chat.createChatToken({ roomIdentifier, userId: "alice", attributes });
  expect(token).toBeDefined();
  const event = await chat.sendEvent({ roomIdentifier, eventName: "greeting", attributes });
  expect(event.id).toBeDefined();
});

test("attributes of a stage's participants have any names", async () => {
  const realTime = new IVSRealTime(options());
  const { stage } = await realTime.createStage({
    participantTokenConfigurations: [{ attributes }],
  });
  const made = await realTime.createParticipantToken({ stageArn: stage?.arn, attributes });
  expect(made.participantToken?.attributes).toEqual(attributes);
});
