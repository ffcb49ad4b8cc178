import type { GetUserCommandOutput } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, expect, test } from "vitest";
import { calledThrough } from "./kernel/call-chain.ts";
import type { Caller } from "./kernel/principal.ts";
import { StoredCallers } from "./kernel/stored-callers.ts";
import { createServer } from "./main.ts";
import type { RunningServer } from "./running-server.ts";

/* Work goes on as its caller after the request is over: what may it do by then? */

const ACCOUNT = "000000000000";
const ROOT: Caller = {
  principal: { kind: "root", accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root` },
};
const STACKS = "cloudformation.amazonaws.com";
const UserName = "worker";
const callers = new StoredCallers(new Uint8Array(32).fill(1));
let server: RunningServer;

beforeAll(async () => {
  const ports = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0 };
  server = await createServer({ data: "memory", ...ports });
});
afterAll(() => server.close());

function call<Output>(operation: string, input: object, as = ROOT) {
  return server.invoke<Output>("iam", operation, input, { as, region: "us-east-1" });
}

/** Lets the user create users, through the one service alone. */
async function allowThroughStacks() {
  const Condition = { StringEquals: { "aws:CalledViaFirst": STACKS } };
  const Statement = { Effect: "Allow", Action: "iam:CreateUser", Resource: "*", Condition };
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await call("PutUserPolicy", { UserName, PolicyName: "p", PolicyDocument });
}

async function createCaller(): Promise<Caller> {
  await call("CreateUser", { UserName });
  const { User } = await call<GetUserCommandOutput>("GetUser", { UserName });
  const { Arn: arn = "", UserId: id = "" } = User ?? {};
  const principal = { kind: "user", accountId: ACCOUNT, arn, id, userName: UserName } as const;
  return { principal };
}

function goOn(sealed: string, made: string) {
  const restored = callers.restore(sealed, "stack", Date.now());
  if (restored === "expired-token") throw new Error(restored);
  return call("CreateUser", { UserName: made }, restored);
}

test("a restored caller has its chain, and the policies of then", async () => {
  const caller = await createCaller();
  await allowThroughStacks();
  const sealed = callers.seal(calledThrough(caller, STACKS), "stack");
  await goOn(sealed, "made-1");
  const direct = callers.seal(caller, "stack");
  await expect(goOn(direct, "made-2")).rejects.toMatchObject({ code: "AccessDenied" });

  await call("DeleteUserPolicy", { UserName, PolicyName: "p" });
  await expect(goOn(sealed, "made-3")).rejects.toMatchObject({ code: "AccessDenied" });
  await allowThroughStacks();
  await goOn(sealed, "made-4");

  // A namesake is somebody else.
  await call("DeleteUserPolicy", { UserName, PolicyName: "p" });
  await call("DeleteUser", { UserName });
  const again = await createCaller();
  await allowThroughStacks();
  await expect(goOn(sealed, "made-5")).rejects.toMatchObject({ code: "AccessDenied" });
  await goOn(callers.seal(calledThrough(again, STACKS), "stack"), "made-6");
});
