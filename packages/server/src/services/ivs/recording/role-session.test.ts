import { expect, test } from "vitest";
import type { Invoke, InvokeOptions } from "../../../kernel/invoke.ts";
import type { Credential } from "../../../kernel/ports/identity.ts";
import { RoleSession } from "./role-session.ts";

const HOUR_MS = 3_600_000;

test("a session is kept while it has a while to go, and got by the service itself", async () => {
  const clock = { atMs: 0, nowMs: () => clock.atMs };
  const asked: { input: object; options: InvokeOptions }[] = [];
  const invoke = (async (
    _service: string,
    _operation: string,
    input: object,
    options: InvokeOptions,
  ) => {
    asked.push({ input, options });
    return { Credentials: { AccessKeyId: `ASIA${asked.length}`, SessionToken: "token" } };
  }) as unknown as Invoke;
  const findCredential = async (accessKeyId: string): Promise<Credential> => ({
    secretAccessKey: "",
    status: "Active",
    caller: {
      principal: { kind: "anonymous" },
      accessKeyId,
      expiresAtMs: clock.atMs + HOUR_MS,
    },
  });
  const session = new RoleSession({
    accountId: "000000000000",
    region: "us-east-1",
    sessionName: "ivs-recording-x",
    invoke,
    sessions: { findCredential },
    clock,
  });
  const keyAt = async (atMs: number) => {
    clock.atMs = atMs;
    return (await session.caller()).accessKeyId;
  };
  expect(await keyAt(0)).toBe("ASIA1");
  expect(await keyAt(HOUR_MS - 6 * 60_000)).toBe("ASIA1");
  expect(await keyAt(HOUR_MS - 5 * 60_000)).toBe("ASIA2");
  session.forget();
  expect(await keyAt(HOUR_MS - 5 * 60_000)).toBe("ASIA3");
  expect(asked[0]).toEqual({
    input: {
      RoleArn:
        "arn:aws:iam::000000000000:role/aws-service-role/ivs.amazonaws.com/AWSServiceRoleForIVSRecordToS3",
      RoleSessionName: "ivs-recording-x",
      DurationSeconds: 3600,
    },
    options: {
      as: {
        principal: {
          kind: "service",
          serviceName: "ivs.amazonaws.com",
          onBehalfOf: { accountId: "000000000000" },
        },
      },
      region: "us-east-1",
    },
  });
});
