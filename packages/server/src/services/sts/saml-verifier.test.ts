import { afterEach, expect, test } from "vitest";
import type { SamlRequest } from "./saml-identity.ts";
import { SamlVerifier } from "./saml-verifier.ts";

const REQUEST: SamlRequest = {
  roleArn: "arn:aws:iam::000000000000:role/staff",
  accountId: "000000000000",
  nowMs: 0,
  provider: {
    arn: "arn:aws:iam::000000000000:saml-provider/corp",
    entityId: "",
    validUntilMs: undefined,
    signingCertificates: [],
    requiresEncryption: false,
    privateKeys: [],
  },
};
const warnings: object[] = [];
const ignore = () => {};
const log = {
  debug: ignore,
  info: ignore,
  error: ignore,
  warn: (fields: object) => warnings.push(fields),
};

let verifier: SamlVerifier;
afterEach(() => verifier.close());

const outcomeOf = (response: string, address: string) =>
  verifier.verify(response, REQUEST, address).then(
    () => "identity",
    (error: { readonly code?: string; readonly message: string }) => error.code ?? error.message,
  );

test("one address can't fill the queue, and all of them only so far", async () => {
  verifier = new SamlVerifier(log);
  const mine = Array.from({ length: 20 }, () => outcomeOf("PGEvPg==", "192.0.2.1"));
  const others = Array.from({ length: 60 }, (_, index) => outcomeOf("PGEvPg==", `${index}`));
  const throttled = async (outcomes: readonly Promise<string>[]) =>
    (await Promise.all(outcomes)).filter((outcome) => outcome === "Throttling").length;
  const malformed = "InvalidIdentityToken";
  expect([await throttled(mine), await throttled(others)]).toEqual([4, 12]);
  expect([await mine[0], await others[0]]).toEqual([malformed, malformed]);
});

test("what takes too long is given up with its thread, and the next one gets another", async () => {
  verifier = new SamlVerifier(log, { deadlineMs: 0 });
  const asked = ["192.0.2.1", "192.0.2.2"].map((address) => outcomeOf("PGEvPg==", address));
  expect(await Promise.all(asked)).toEqual(["InvalidIdentityToken", "InvalidIdentityToken"]);
});

test("whoever waits when the server ends gets that as its error", async () => {
  verifier = new SamlVerifier(log);
  const waiting = outcomeOf("PGEvPg==", "192.0.2.1");
  await verifier.close();
  expect(await waiting).toBe("The server ends.");
});
