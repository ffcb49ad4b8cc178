import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, expectTypeOf, test } from "vitest";
import { composeServices, type InOrder, servicesInOrder } from "./compose-services.ts";
import { noContributions } from "./kernel/contributions.ts";
import { defineService } from "./kernel/define-service.ts";
import type { CredentialSource } from "./kernel/ports/identity.ts";
import type { ServiceApi, ServiceFacts } from "./kernel/service.ts";
import { SERVICES } from "./services/index.ts";

function factsOf(name: string): ServiceFacts {
  return {
    title: name,
    definition: { name, signingName: name, protocol: "restJson1", version: "1" },
  };
}

const api = async (): Promise<ServiceApi> => ({
  schemas: {},
  constraints: { errorCode: "ValidationException", members: {} },
  operations: {},
});
const given = () => ({ base: 1, contributed: noContributions() });
type Given = ReturnType<typeof given>;

const source: CredentialSource = { findCredential: async () => undefined };
const keys = defineService({
  ...factsOf("keys"),
  create: ({ base }: Pick<Given, "base">) => ({
    api,
    provides: { count: base + 1 },
    contributes: { credentialSources: [source] },
  }),
});
const users = defineService({
  ...factsOf("users"),
  furtherProtocols: [{ ...factsOf("users-cbor").definition, protocol: "rpcV2Cbor" }],
  create: async ({ base, count }: { readonly base: number; readonly count: number }) => ({
    api,
    close: async () => {},
    provides: { sum: base + count },
  }),
});

test("each service has a name of its own, which is its folder's", () => {
  // AWS writes some names of several words as one.
  const asOne = (name: string) => name.replaceAll("-", "");
  const names = SERVICES.map(({ definition }) => asOne(definition.name));
  expect(new Set(names).size).toBe(names.length);
  const folders = readdirSync(join(import.meta.dirname, "services"), { withFileTypes: true });
  for (const folder of folders.filter((entry) => entry.isDirectory()))
    expect(names).toContain(asOne(folder.name));
});

test("each service is created with what is given and what those before it provide", async () => {
  const { provided, services } = await composeServices(
    given(),
    servicesInOrder<Given>()([keys, users]),
  );
  expectTypeOf(provided.sum).toEqualTypeOf<number>();
  expect([provided.base, provided.count, provided.sum]).toEqual([1, 2, 3]);
  expect(provided.contributed.credentialSources).toEqual([source]);
  const found = services.map(({ definition, sameApiAs, close }) => [
    definition.name,
    sameApiAs,
    close !== undefined,
  ]);
  expect(found).toEqual([
    ["keys", undefined, false],
    ["users", undefined, true],
    // The same API once more, not the same life once more.
    ["users-cbor", "users", false],
  ]);
});

test("a list in which a need is missing doesn't compile", () => {
  type Good = readonly [typeof keys, typeof users];
  expectTypeOf<Good>().toExtend<InOrder<Given, Good>>();
  type TooEarly = readonly [typeof users, typeof keys];
  expectTypeOf<TooEarly>().not.toExtend<InOrder<Given, TooEarly>>();
  type Missing = readonly [typeof users];
  expectTypeOf<Missing>().not.toExtend<InOrder<Given, Missing>>();
});

test("two services can't provide a port of the same name", async () => {
  const again = defineService({
    ...factsOf("again"),
    create: () => ({ api, provides: { count: 7 } }),
  });
  await expect(composeServices(given(), [keys, again])).rejects.toThrow("again provides count");
});
