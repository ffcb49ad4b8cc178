import { describe, expect, test } from "vitest";
import { SERVICES } from "../services/index.ts";
import { loadConfig } from "./load-config.ts";
import { LOCALSTACK_SERVICES } from "./localstack-variables.ts";

const load = (variables: Readonly<Record<string, string>>) =>
  loadConfig({ environment: { PATH: "/bin", ROLECAST_LOCALSTACK: "true", ...variables } });

describe("LocalStack's variables", () => {
  test.each([
    [{}, { data: "memory", enforcement: "enforce", accounts: [] }],
    [{ LOCALSTACK_HOST: "aws" }, { publicBaseUrl: "http://aws:4566", ingestHost: "aws" }],
    [{ HOSTNAME_EXTERNAL: "a.b:80" }, { publicBaseUrl: "http://a.b:80", ingestHost: "a.b" }],
    [{ HOSTNAME_EXTERNAL: "old", LOCALSTACK_HOST: "new" }, { ingestHost: "new" }],
    [{ PERSISTENCE: "1" }, { data: "/var/lib/localstack" }],
    [{ LOCALSTACK_PERSISTENCE: "1" }, { data: "/var/lib/localstack" }],
    [{ PERSISTENCE: "0" }, { data: "memory" }],
    [{ PERSISTENCE: "1", ROLECAST_DATA: "/mine" }, { data: "/mine" }],
    [{ ENFORCE_IAM: "0" }, { enforcement: "off" }],
    [{ ENFORCE_IAM: "1", IAM_SOFT_MODE: "1" }, { enforcement: "soft" }],
    [{ GATEWAY_LISTEN: "0.0.0.0:5000" }, { host: "0.0.0.0", port: 5_000 }],
    [{ GATEWAY_LISTEN: ":5000" }, { host: "127.0.0.1", port: 5_000 }],
    [{ DEBUG: "1" }, { logLevel: "debug" }],
    [{ DEBUG: "0" }, { logLevel: undefined }],
    [{ LS_LOG: "trace" }, { logLevel: "debug" }],
    [
      { EXTRA_CORS_ALLOWED_ORIGINS: "https://app.example.com" },
      { allowedOrigins: ["https://app.example.com"] },
    ],
    [{ SERVICES: "s3,iam, sts:4592" }, {}],
    [{ LAMBDA_DOCKER_FLAGS: "-l a=b", LOCALSTACK_AUTH_TOKEN: "t", ACTIVATE_PRO: "1" }, {}],
    [{ USE_SSL: "false", S3_SKIP_SIGNATURE_VALIDATION: "0" }, {}],
    [
      { AWS_ACCESS_KEY_ID: "some-body", AWS_SECRET_ACCESS_KEY: "some-secret" },
      { accounts: [{ rootAccessKeyId: "some-body", rootSecretAccessKey: "some-secret" }] },
    ],
    [{ AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" }, { accounts: [] }],
  ])("%j are settings", async (variables, settings) => {
    expect(await load(variables)).toMatchObject(settings);
  });

  test.each([
    [{ SERVICES: "s3,sqs,lambda" }, "SERVICES can't be set: sqs, lambda isn't here"],
    [{ DISABLE_CORS_CHECKS: "1" }, "DISABLE_CORS_CHECKS can't be set: EXTRA_CORS_ALLOWED_ORIGINS"],
    [{ LOCALSTACK_USE_SSL: "1" }, "LOCALSTACK_USE_SSL can't be set: a proxy"],
    [{ PROVIDER_OVERRIDE_S3: "v3" }, "PROVIDER_OVERRIDE_S3 isn't one of LocalStack's variables"],
    [{ LOCALSTACK_WHATEVER: "1" }, "LOCALSTACK_WHATEVER isn't one of LocalStack's variables"],
    [{ EDGE_PORT: "many" }, 'EDGE_PORT can\'t be "many": it takes a whole number'],
    [
      { GATEWAY_LISTEN: "0.0.0.0:4566,0.0.0.0:443" },
      'GATEWAY_LISTEN can\'t be "4566,0.0.0.0": it takes',
    ],
    [{ LS_LOG: "loud" }, 'LS_LOG can\'t be "loud": it takes'],
    [
      { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" },
      "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: [0].rootAccessKeyId can't be used",
    ],
  ])("%j is refused by name", async (variables, sentence) => {
    await expect(load(variables)).rejects.toThrow(sentence);
  });

  test("are nobody's business without the setting", async () => {
    const environment = { SERVICES: "sqs", PERSISTENCE: "1", LOCALSTACK_HOST: "aws", DEBUG: "1" };
    expect(await loadConfig({ environment })).toEqual(await loadConfig({}));
  });

  test("name the services that are here, but for Rolecast's own", () => {
    const own = ["iam-toolbox", "rolecast"];
    const names = SERVICES.map(({ definition }) => definition.name).filter(
      (name) => !own.includes(name),
    );
    expect([...LOCALSTACK_SERVICES].sort()).toEqual(names.sort());
  });
});
