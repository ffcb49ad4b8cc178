import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "./load-config.ts";
import { flagOf, variableOf } from "./settings.ts";

function yaml(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "rolecast-config-")), "rolecast.yml");
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

  test("lets what is given win over variables, and those over the file", () => {
    const file = yaml("port: 1\nrtmpPort: 1\nrtmpsPort: 1\nallowReset: true\n");
    const config = loadConfig({
      file,
      environment: { ROLECAST_RTMP_PORT: "2", ROLECAST_RTMPS_PORT: "2", HOME: "/" },
      given: { rtmpsPort: 3 },
    });
    expect(config).toMatchObject({ port: 1, rtmpPort: 2, rtmpsPort: 3, allowReset: true });
    expect(config.account).toBe("000000000000");
  });

  test("reads lists in variables as YAML, so that JSON will do", () => {
    const root = {
      id: "111111111111",
      rootAccessKeyId: "root",
      rootSecretAccessKey: "long enough",
    };
    const config = loadConfig({
      environment: { ROLECAST_ACCOUNTS: JSON.stringify([root]), ROLECAST_WEBHOOKS: "" },
    });
    expect(config).toMatchObject({ accounts: [root], webhooks: [] });
  });

  test("shows nothing of a variable that isn't YAML", () => {
    const ROLECAST_ACCOUNTS = "[{ rootSecretAccessKey: very-secret";
    const load = () => loadConfig({ environment: { ROLECAST_ACCOUNTS } });
    expect(load).toThrow(/^The variable ROLECAST_ACCOUNTS isn't YAML: (?!.*very-secret)/);
  });

  test("takes a list as YAML, or with commas", () => {
    const environment = { ROLECAST_TRUSTED_PROXIES: "127.0.0.1, ::1,10.0.0.0/8" };
    const trustedProxies = ["127.0.0.1", "::1", "10.0.0.0/8"];
    expect(loadConfig({ environment })).toMatchObject({ trustedProxies });
    const file = yaml("trustedProxies: [127.0.0.1, '::1', 10.0.0.0/8]");
    expect(loadConfig({ file })).toMatchObject({ trustedProxies });
    expect(loadConfig({}).trustedProxies).toEqual([]);
  });

  test.each([
    [{ environment: { ROLECAST_RTMP_PROT: "1" } }, /Did you mean ROLECAST_RTMP_PORT\?/],
    [{ file: yaml("prot: 1") }, /Did you mean port\?/],
    [{ file: "/nowhere/rolecast.yml" }, /can't be read/],
    [{ given: { port: 70_000 } }, /setting port/],
    [{ given: { account: "12" } }, /setting account can't be used.*12 digits/s],
    [{ given: { tlsKey: "a.pem" } }, /only go together/],
    [
      {
        file: yaml(
          "accounts: [{ id: '111111111111', rootAccessKeyId: root, rootSecretAccessKey: short }]",
        ),
      },
      /setting accounts/,
    ],
    [{ file: yaml("accounts: [{ id: '111111111111', secret: a }]") }, /setting accounts/],
    [{ environment: { ROLECAST_TRUSTED_PROXIES: "10.0.0.0/33" } }, /setting trustedProxies/],
    [{ given: { trustedProxies: ["proxy.example"] } }, /an IP address or a block/],
    [{ file: yaml("ivsQuotas: { chanels: 1 }") }, /setting ivsQuotas.*chanels/s],
    [{ file: yaml("ivsQuotas: { channels: -1 }") }, /setting ivsQuotas/],
  ])("refuses what it can't honour: %o", (sources, message) => {
    expect(() => loadConfig(sources)).toThrow(message);
  });
});
