import { expect, test } from "vitest";
import type { Log } from "../kernel/ports/log.ts";
import { StoreUnavailableError } from "../kernel/store.ts";
import { toAwsError } from "./failure.ts";
import type { RegisteredService } from "./registered-service.ts";

test.for([
  [Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }), 503],
  [new StoreUnavailableError("Rolecast's disk is full", { condition: "full" }), 503],
  [Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" }), 500],
  [new Error("ENOSPC"), 500],
] as const)("%s is answered by %i, and logged", ([failure, expected]) => {
  const logged: unknown[] = [];
  const log = { error: (_: object, message: string) => logged.push(message) } as unknown as Log;
  const service = { service: { definition: { name: "iam", protocol: "awsQuery" } } };
  const { status, message } = toAwsError(failure, service as unknown as RegisteredService, log);
  expect(status).toBe(expected);
  expect(message.includes("disk is full")).toBe(status === 503);
  expect(logged).toHaveLength(1);
});
