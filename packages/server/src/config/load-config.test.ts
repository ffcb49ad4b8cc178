import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadConfig } from "./load-config.ts";
import { nearestName } from "./nearest-name.ts";
import { flagOf, variableOf } from "./settings.ts";

const dir = mkdtempSync(join(tmpdir(), "rolecast-config-"));
afterAll(() => rmSync(dir, { recursive: true }));

function yaml(text: string): string {
  const file = join(mkdtempSync(join(dir, "file-")), "rolecast.yml");
  writeFileSync(file, text);
  return file;
}

describe("configuration", () => {
  test("names flags and variables after the setting", () => {
    expect([flagOf("rtmpsPort"), variableOf("rtmpsPort")]).toEqual([
      "--rtmps-port",
      "ROLECAST_RTMPS_PORT",
    ]);
  });

  test("lets what is given win over variables, and those over the file", async () => {
    const file = yaml("port: 1\nrtmpPort: 1\nrtmpsPort: 1\nallowReset: true\n");
    const config = await loadConfig({
      file,
      environment: { ROLECAST_RTMP_PORT: "2", ROLECAST_RTMPS_PORT: "2", HOME: "/" },
      given: { rtmpsPort: 3 },
    });
    expect(config).toMatchObject({ port: 1, rtmpPort: 2, rtmpsPort: 3, allowReset: true });
    expect(config.account).toBe("000000000000");
  });

  test("refuses what code gives that is no setting, whatever it holds", async () => {
    const given = JSON.parse('{ "enforcment": "soft" }');
    await expect(loadConfig({ given })).rejects.toThrow(
      "There is no setting enforcment. Did you mean enforcement?",
    );
  });

  test("reads lists in variables as YAML, so that JSON will do", async () => {
    const root = {
      id: "111111111111",
      rootAccessKeyId: "root",
      rootSecretAccessKey: "long enough",
    };
    const config = await loadConfig({
      environment: { ROLECAST_ACCOUNTS: JSON.stringify([root]), ROLECAST_WEBHOOKS: "" },
    });
    expect(config).toMatchObject({ accounts: [root], webhooks: [] });
  });

  test("shows nothing of a variable that isn't YAML", async () => {
    const ROLECAST_ACCOUNTS = "[{ rootSecretAccessKey: very-secret";
    const load = loadConfig({ environment: { ROLECAST_ACCOUNTS } });
    await expect(load).rejects.toThrow(
      /^The variable ROLECAST_ACCOUNTS isn't YAML: (?!.*very-secret)/,
    );
  });

  test("takes a list as YAML, or with commas", async () => {
    const environment = { ROLECAST_TRUSTED_PROXIES: "127.0.0.1, ::1,10.0.0.0/8" };
    const trustedProxies = ["127.0.0.1", "::1", "10.0.0.0/8"];
    expect(await loadConfig({ environment })).toMatchObject({ trustedProxies });
    const file = yaml("trustedProxies: [127.0.0.1, '::1', 10.0.0.0/8]");
    expect(await loadConfig({ file })).toMatchObject({ trustedProxies });
    expect((await loadConfig({})).trustedProxies).toEqual([]);
  });

  test("takes an empty variable for none, and what is empty in the file too", async () => {
    const environment = { ROLECAST_PORT: "", ROLECAST_ALLOW_RESET: "1" };
    const config = await loadConfig({ environment, file: yaml("host:\n") });
    expect(config).toMatchObject({ port: 4566, host: "127.0.0.1", allowReset: true });
  });

  const SECRET = "kept-from-logs";
  test.each([
    [{ environment: { ROLECAST_RTMP_PROT: "1" } }, /Did you mean ROLECAST_RTMP_PORT\?/],
    [{ file: yaml("\nprot: 1") }, /rolecast\.yml:2:1: .*Did you mean port\?/],
    [{ file: "/nowhere/rolecast.yml" }, /rolecast\.yml isn't there\./],
    [
      { file: yaml(`accounts: [{ secret: ${SECRET}`) },
      /rolecast\.yml:1:\d+: this isn't YAML: Flow map/,
    ],
    [{ file: yaml(`\nport: *${SECRET}`) }, /rolecast\.yml:2:7: this alias has no anchor/],
    [
      { given: { port: 70_000 } },
      /^The setting port can't be 70000: it takes a whole number from 0 to 65535\.$/,
    ],
    [
      { given: { port: 70_000 }, givenAs: flagOf, environment: { ROLECAST_LOG_LEVEL: "loud" } },
      /^--port can't be 70000: .*\.\nROLECAST_LOG_LEVEL can't be "loud": it takes debug, info, warn, error or silent\.$/,
    ],
    [
      { environment: { ROLECAST_PORT: "0x10" } },
      /^ROLECAST_PORT can't be "0x10": it takes a whole number from 0 to 65535\.$/,
    ],
    [
      { file: yaml("host: a\nrtmpPort: true") },
      /rolecast\.yml:2:1: rtmpPort can't be true: it takes a whole number/,
    ],
    [
      { given: { transcodeCores: -1 } },
      /transcodeCores can't be -1: it takes `auto` or a number from 0 to 1024/,
    ],
    [{ environment: { ROLECAST_ALLOW_RESET: "maybe" } }, /it takes true or false/],
    [
      { given: { publicBaseUrl: "localhost:4566" } },
      /"localhost:4566": it takes a URL that begins with http/,
    ],
    [{ environment: { ROLECAST_DATABASE: `mysql://u:${SECRET}@h` } }, /begins with postgres:/],
    [
      { given: { account: "12" } },
      /The setting account can't be "12": an account id has 12 digits\./,
    ],
    [
      { given: { seed: "/nowhere.yml" } },
      /seed can't be "\/nowhere\.yml": there is no such file\./,
    ],
    [{ given: { organization: import.meta.filename } }, /": there is no such folder\.$/],
    [{ given: { ingestProxyProtocol: true } }, /needs trustedProxies/],
    [{ given: { tlsKey: import.meta.filename } }, /only go together/],
    [
      {
        file: yaml(
          "accounts:\n  - id: '111111111111'\n    rootAccessKeyId: root\n    rootSecretAccessKey: short",
        ),
      },
      /:4:5: accounts\[0\]\.rootSecretAccessKey can't be used: it takes at least 8 characters/,
    ],
    [
      { file: yaml(`accounts: [{ id: '111111111111', rootSecretAccesKey: ${SECRET} }]`) },
      /:1:34: accounts\[0\]\.rootSecretAccesKey isn't known: did you mean rootSecretAccessKey\?/,
    ],
    [
      { environment: { ROLECAST_ACCOUNTS: "[{ id: '111111111111' }]" } },
      /^ROLECAST_ACCOUNTS: \[0\]\.rootAccessKeyId is missing: it takes a text\./,
    ],
    [
      { environment: { ROLECAST_TRUSTED_PROXIES: "10.0.0.0/33" } },
      /ROLECAST_TRUSTED_PROXIES: \[0\] can't be "10\.0\.0\.0\/33": an entry is an IP address/,
    ],
    [{ given: { trustedProxies: ["proxy.example"] } }, /an IP address or a block/],
    [{ file: yaml("ivsQuotas: { chanels: 1 }") }, /ivsQuotas\.chanels isn't known.*channels/],
    [{ file: yaml("ivsQuotas: { channels: -1 }") }, /channels can't be -1: it takes a number of/],
    [{ file: yaml("webhooks: here") }, /webhooks can't be used: it takes a list/],
  ])("refuses what it can't honour: %o", async (sources, message) => {
    const load = loadConfig(sources);
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.not.toThrow(SECRET);
  });
});

describe("an account or a key in the settings", () => {
  const account = (digit: string, rootAccessKeyId: string) => ({
    ...{ id: digit.repeat(12), rootAccessKeyId, rootSecretAccessKey: "long enough" },
  });
  const service = (name: string, accessKeyId: string) => ({
    servicePrincipal: `${name}.internal.example`,
    roleName: `AWSServiceRoleFor${name}`,
    policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
    usage: { url: "http://127.0.0.1:1/" },
    ...{ accessKeyId, secretAccessKey: "long enough" },
  });
  const [KEY, OTHER_KEY] = ["AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLF"];
  const loaded = (given: Record<string, unknown>) => loadConfig({ given });

  test.each([
    ["1".repeat(12), { accounts: [account("1", KEY), account("1", OTHER_KEY)] }],
    [KEY, { accounts: [account("1", KEY), account("2", OTHER_KEY), account("3", KEY)] }],
    [KEY, { accounts: [account("1", KEY)], linkedServices: [service("queue", KEY)] }],
  ])("is refused the second time: %s", async (name, given) => {
    await expect(loaded(given)).rejects.toThrow(
      `An account or key stands twice in the settings: ${name}.`,
    );
  });

  test("is taken beside others", async () => {
    const accounts = [account("1", KEY), account("2", OTHER_KEY)];
    const linkedServices = [service("queue", "AKIAIOSFODNN7EXAMPLG")];
    await expect(loaded({ accounts, linkedServices })).resolves.toMatchObject({ accounts });
  });
});

test.each<[string, readonly string[], string | undefined]>([
  ["port", ["host", "port"], "port"],
  ["PORT", ["host", "port"], "port"],
  // Each of the three edits, at each end and in the middle.
  ["ort", ["host", "port"], "port"],
  ["prt", ["sort", "port"], "port"],
  ["por", ["sort", "port"], "port"],
  ["aport", ["sort", "port"], "port"],
  ["poort", ["sort", "port"], "port"],
  ["ports", ["sort", "port"], "port"],
  ["pxrt", ["sort", "port"], "port"],
  ["prot", ["user", "port"], "port"],
  // Half of the name may differ.
  ["abcd", ["abxy"], "abxy"],
  ["abcd", ["axyz"], undefined],
  ["abc", ["axy"], undefined],
  ["", ["a"], undefined],
  ["abcd", [], undefined],
])("the nearest name to %j of %j is %j", (name, known, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});
