import { afterAll, beforeAll, expect, test } from "vitest";
import { UncallableOperationError } from "./kernel/invoke.ts";
import { createServer } from "./main.ts";
import type { RunningServer } from "./running-server.ts";
import { FREE_PORTS } from "./testing/onlooker.ts";

const ACCOUNT = "123456789012";
const AS_ROOT = {
  principal: { kind: "root", accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` },
} as const;

let server: RunningServer;

beforeAll(async () => {
  server = await createServer({ data: "memory", ...FREE_PORTS });
});
afterAll(() => server.close());

async function isRefused(service: string, operation: string): Promise<boolean> {
  const options = { as: AS_ROOT, region: "us-east-1", isNamedByCaller: true, isOnlyDecided: true };
  try {
    await server.invoke(service, operation, {}, options);
    return false;
  } catch (error) {
    return error instanceof UncallableOperationError;
  }
}

test("texts of callers name no operation with a stream, and none of the server's own", async () => {
  const refused: string[] = [];
  const own: string[] = [];
  for (const [service, { implemented, missing }] of Object.entries(await server.operations())) {
    for (const operation of [...implemented, ...missing]) {
      if (service === "rolecast") own.push(`${service}:${operation}`);
      if (await isRefused(service, operation)) refused.push(`${service}:${operation}`);
    }
  }
  expect(own.length).toBeGreaterThan(10);
  expect(refused.filter((name) => own.includes(name))).toEqual(own);
  // As the SDK's schemas have them.
  expect(refused.filter((name) => !own.includes(name)).sort()).toEqual([
    "s3:GetObject",
    "s3:GetObjectAnnotation",
    "s3:GetObjectTorrent",
    "s3:PutObject",
    "s3:PutObjectAnnotation",
    "s3:SelectObjectContent",
    "s3:UploadPart",
    "s3:WriteGetObjectResponse",
  ]);
}, 60_000);
