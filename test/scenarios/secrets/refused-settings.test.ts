import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusedStart } from "../../support/rolecast-command.ts";
import { KnownSecrets } from "./known-secrets.ts";

/* A start that is refused says which setting is wrong, and shows nothing of a secret in it. */

const secrets = new KnownSecrets();
const secret = secrets.make("the secret");
const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "rolecast-refused-settings-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

function yaml(value: unknown): string {
  return JSON.stringify(value);
}

function objects(credentials: object, endpoint = "http://127.0.0.1:1") {
  return yaml({ type: "s3", bucket: "bytes", endpoint, credentials });
}

describe("a refused start shows no secret of", () => {
  test.each<readonly [what: string, variables: Readonly<Record<string, string>>]>([
    ["a key's id that is too long", { OBJECTS_ACCESS_KEY_ID: secret.repeat(20) }],
    ["a key that is too long", { OBJECTS_SECRET_ACCESS_KEY: secret.repeat(50) }],
    ["a key that lacks its id", { OBJECTS_SECRET_ACCESS_KEY: secret, OBJECTS: objects({}) }],
    ["a key in a list", { OBJECTS: objects({ accessKeyId: [secret], secretAccessKey: [secret] }) }],
    ["a key without a name", { OBJECTS: secret }],
    ["a store's URL", { OBJECTS: objects({}, `ftp://u:${secret}@store`) }],
    ["what isn't YAML", { OBJECTS: `{ credentials: { secretAccessKey: ${secret}: [ ${secret}` }],
    ["another database's URL", { DATABASE: `mysql://u:${secret}@127.0.0.1/x` }],
    ["a database's URL without a host", { DATABASE: `postgres://u:${secret}@[x/y` }],
    [
      "a database's URL with a wrong port",
      { DATABASE: `postgres://u:${secret}@127.0.0.1:99999/x` },
    ],
    ["a database's URL with a space", { DATABASE: `postgres://u:${secret} x@127.0.0.1:1/x` }],
    ["a database's URL, badly encoded", { DATABASE: `postgres://u:${secret}%zz@127.0.0.1:1/x` }],
    ["a database that isn't there", { DATABASE: `postgres://u:${secret}@127.0.0.1:1/x` }],
    [
      "a database whose certificate isn't there",
      { DATABASE: `postgres://u:${secret}@127.0.0.1:1/x?sslmode=verify-full&sslrootcert=/none` },
    ],
    ["a webhook's URL", { WEBHOOKS: yaml([{ url: `ftp://u:${secret}@h`, secret }]) }],
    [
      "a webhook that is too long",
      { WEBHOOKS: yaml([{ url: "http://h", secret: secret.repeat(20) }]) },
    ],
    ["a custom resource's URL", { CUSTOM_RESOURCES: yaml({ [arn]: `ftp://u:${secret}@h` }) }],
    ["a function's URL", { EVENT_FUNCTIONS: yaml({ [arn]: `ftp://u:${secret}@h` }) }],
    ["a review handler's URL", { CHAT_REVIEW_HANDLERS: yaml({ [arn]: `ftp://u:${secret}@h` }) }],
    ["a collector's URL", { OTLP_ENDPOINT: `ftp://u:${secret}@h` }],
    [
      "an account's root key",
      {
        ACCOUNTS: yaml([
          { id: "1", rootAccessKeyId: "a/b", rootSecretAccessKey: secret.repeat(20) },
        ]),
      },
    ],
    [
      "a linked service",
      {
        LINKED_SERVICES: yaml([
          {
            servicePrincipal: "x.example.com",
            secretAccessKey: secret,
            usage: { url: `ftp://u:${secret}@h`, authorizationHeader: `Bearer ${secret}\n` },
          },
        ]),
      },
    ],
  ])("%s", async (_what, variables) => {
    const given = Object.entries(variables).map(([name, value]) => [`ROLECAST_${name}`, value]);
    await expectRefusal(["--data", join(dir, "data")], Object.fromEntries(given));
  });

  test("a file of settings that isn't YAML", async () => {
    const file = join(dir, "rolecast.yml");
    await writeFile(file, `webhooks:\n  - secret: ${secret}: [${secret}\n ${secret}\n`);
    await expectRefusal(["--data", join(dir, "data"), "--config", file], {});
  });

  test("files that hold no key and no certificate", async () => {
    const file = join(dir, "key.pem");
    await writeFile(file, `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`);
    const flags = ["--tls-certificate", file, "--tls-key", file];
    await expectRefusal(["--data", join(dir, "data"), ...flags], {});
  });
});

async function expectRefusal(
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const outcome = await refusedStart(flags, env);
  expect(outcome.code).toBeGreaterThan(0);
  expect(outcome.err).not.toBe("");
  const shown = { ...outcome, secrets: secrets.in(outcome.out + outcome.err) };
  expect(shown).toMatchObject({ secrets: [] });
}
