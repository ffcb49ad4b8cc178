import { expect, test } from "vitest";
import type { IdentityDirectory } from "../kernel/ports/identity.ts";
import type { Log } from "../kernel/ports/log.ts";
import type { Principal } from "../kernel/principal.ts";
import type { Service } from "../kernel/service.ts";
import { testContext } from "../kernel/testing/test-context.ts";
import { Authorizer } from "./authorizer.ts";

test("soft enforcement warns of a refusal, not of what an answer would leave out", async () => {
  const warned: string[] = [];
  const log = { warn: (_: object, message: string) => warned.push(message) };
  const directory = {
    noteAccess: () => {},
    generation: () => 0,
    policiesOf: async () => ({ identity: [], boundary: undefined }),
  };
  const authorizer = new Authorizer({
    directory: directory as unknown as IdentityDirectory,
    enforcement: "soft",
    log: log as unknown as Log,
  });
  const principal: Principal = {
    kind: "user",
    accountId: "000000000000",
    arn: "arn:aws:iam::000000000000:user/ann",
    id: "AIDAQAAAAAAAAAAAAAAAA",
    userName: "ann",
  };
  const context = testContext({ operation: "HeadObject", caller: { principal } });
  const authorization = { action: "s3:GetObjectRetention", resource: "arn:aws:s3:::b/k" };
  const service = {} as Service;
  await authorizer.authorize(service, authorization, context, { isCall: false });
  expect(warned).toEqual([]);
  await authorizer.authorize(service, authorization, context);
  expect(warned).toEqual([expect.stringMatching(/^would be denied: .*s3:GetObjectRetention/)]);
});

test("many pairs leave others their turns, few are decided at once", async () => {
  const authorizer = new Authorizer({
    directory: { noteAccess: () => {} } as unknown as IdentityDirectory,
    enforcement: "enforce",
    log: {} as Log,
  });
  const arn = "arn:aws:iam::000000000000:root";
  const principal: Principal = { kind: "root", accountId: "000000000000", arn };
  const context = testContext({ operation: "ListTags", caller: { principal } });
  const pairs = Array.from({ length: 1_000 }, () => ({ action: "a:ListTags", resource: arn }));
  expect(authorizer.authorize({}, pairs.slice(0, 10), context)).toBeUndefined();
  let turns = 0;
  let isDecided = false;
  const countTurn = () => {
    turns += 1;
    if (!isDecided) setImmediate(countTurn);
  };
  setImmediate(countTurn);
  await authorizer.authorize({}, pairs, context);
  isDecided = true;
  expect(turns).toBeGreaterThan(50);
});
