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
