import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { flagOf, SETTINGS, type SettingName, variableOf } from "@rolecast/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type ServerProcess, startServerProcess } from "../support/server-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const NAMES = Object.keys(SETTINGS) as SettingName[];
const FLAGS = new Set(["--config", ...NAMES.map(flagOf)]);
const VARIABLES = new Set(["ROLECAST_CONFIG", "ROLECAST_COMMAND", ...NAMES.map(variableOf)]);
const DEFAULT_PORTS = [
  ...(["port", "rtmpPort", "rtmpsPort"] as const).map((name) =>
    String(SETTINGS[name].schema.parse(undefined)),
  ),
  ...(["srtPort", "webrtcPort"] as const).map(
    (name) => `${/\d{4}/.exec(SETTINGS[name].description)?.[0]}/udp`,
  ),
];
const text = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** The flags of each `rolecast start` in a text. */
function startFlags(source: string): readonly string[] {
  return [...source.matchAll(/rolecast start([^\n>]*)/g)].flatMap(
    ([, flags = ""]) => flags.match(/--[a-z-]+/g) ?? [],
  );
}

describe("the Dockerfile", () => {
  const dockerfile = text("Dockerfile");

  test("copies what is there and exposes the ports of the settings", () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(?:--chmod=\d+ )?(\S+) /gm)];
    expect(copied.map(([, path]) => path)).toEqual([".", "packaging/localstack-entrypoint.sh"]);
    expect(dockerfile).toContain("COPY --from=build /tmp/packed.tgz ");
    expect(/^EXPOSE (.*)$/m.exec(dockerfile)?.[1]?.split(" ")).toEqual(DEFAULT_PORTS);
    const variables = dockerfile.match(/ROLECAST_\w+/g) ?? [];
    expect(variables.filter((name) => !VARIABLES.has(name))).toEqual([]);
    expect(dockerfile.lastIndexOf("USER node")).toBeGreaterThan(dockerfile.lastIndexOf("RUN "));
  });

  test("makes a data folder that nobody else may enter", () => {
    expect(dockerfile).toContain("install -d -m 700 -o node -g node /data");
    const unit = text("packaging/rolecast.service");
    expect(unit).toContain("StateDirectoryMode=0700");
    expect(unit).toContain("UMask=0077");
  });

  test("leaves out what the build makes, and nothing that it needs", () => {
    const ignored = text(".dockerignore").trim().split("\n");
    expect(ignored).toContain("**/node_modules");
    const needed = ["packages", "scripts", "docs", "package.json", "package-lock.json", "LICENSE"];
    expect(
      needed.filter((path) => ignored.includes(path) || !existsSync(join(ROOT, path))),
    ).toEqual([]);
  });
});

test("compose.yaml publishes the Dockerfile's ports on this machine and sets what is a setting", () => {
  const { services, volumes } = parse(text("compose.yaml"));
  const { ports, environment, volumes: mounts } = services.rolecast;
  expect(ports).toEqual(
    DEFAULT_PORTS.map((port) => `127.0.0.1:${Number.parseInt(port, 10)}:${port}`),
  );
  expect(Object.keys(environment).filter((name) => !VARIABLES.has(name))).toEqual([]);
  expect(mounts.map((mount: string) => mount.split(":")[0])).toEqual(Object.keys(volumes));
});

test("compose.nodes.yaml's nodes are settings' and stand where nginx looks for them", () => {
  const { services, volumes, networks } = parse(text("packaging/compose.nodes.yaml"), {
    merge: true,
  });
  const conf = text("packaging/nginx/rolecast.conf") + text("packaging/nginx/ingest.conf");
  const nodes = [services.one, services.two];
  const addresses = nodes.map(({ networks: { nodes: place } }) => place.ipv4_address);
  expect([...new Set(conf.match(/(?<=^ *server )[\d.]+/gm))].toSorted()).toEqual(addresses);
  for (const [index, { environment, volumes: mounts }] of nodes.entries()) {
    expect(Object.keys(environment).filter((name) => !VARIABLES.has(name))).toEqual([]);
    expect(environment.ROLECAST_NODE_URL).toBe(`http://${addresses[index]}:4566`);
    expect(environment.ROLECAST_TRUSTED_PROXIES).toBe(services.nginx.networks.nodes.ipv4_address);
    expect(mounts).toEqual(["data:/data"]);
  }
  expect(networks.nodes.ipam.config).toEqual([{ subnet: "10.0.0.0/24" }]);
  expect(Object.keys(volumes)).toEqual(["data", "database", "objects"]);
  // The nodes' store has the bucket and the key that they are given.
  const { ROLECAST_OBJECTS, ROLECAST_OBJECTS_ACCESS_KEY_ID: keyId } = services.one.environment;
  const { bucket, endpoint } = parse(ROLECAST_OBJECTS);
  const { accounts } = parse(text("packaging/store.seed.yml"));
  expect(accounts).toEqual({ "000000000000": { buckets: [bucket] } });
  expect(endpoint).toBe("http://store:4566");
  expect(Object.keys(services.store.environment).every((name) => VARIABLES.has(name))).toBe(true);
  expect(parse(services.store.environment.ROLECAST_ACCOUNTS)[0].rootAccessKeyId).toBe(keyId);
  // Each port that nginx listens on is published, and each file that it includes is mounted.
  const listened = [...conf.matchAll(/listen (\d+)( udp)?/g)].map(
    ([, port, udp]) => `127.0.0.1:${port}:${port}${udp ? "/udp" : ""}`,
  );
  expect([...new Set(listened)].toSorted()).toEqual([...services.nginx.ports].toSorted());
  const mounted = services.nginx.volumes.map((mount: string) => mount.split(":")[1]);
  const all = conf + text("packaging/nginx/nginx.conf");
  const named = all.match(/\/etc\/nginx\/rolecast[\w.-]+/g) ?? [];
  expect(named.filter((path) => !mounted.includes(path))).toEqual([]);
});

test("flags of `rolecast start` in units, workflows, examples and docs exist", () => {
  const files = [
    "packaging/rolecast.service",
    "examples/github-actions/rolecast.yml",
    "examples/seed/rolecast.seed.yml",
    "docs/testing.md",
    "docs/deployment.md",
    "docs/ci.md",
    "docs/start.md",
    "README.md",
  ];
  const used = files.flatMap((file) => startFlags(text(file)));
  expect(used.length).toBeGreaterThan(6);
  expect(used.filter((flag) => !FLAGS.has(flag))).toEqual([]);
});

test("OBS's profile sends what IVS takes to the port of the settings", () => {
  const { type, settings } = JSON.parse(text("examples/obs/Rolecast/service.json"));
  const [, , rtmps] = DEFAULT_PORTS;
  expect([type, settings.server]).toEqual(["rtmp_custom", `rtmps://localhost:${rtmps}/app/`]);
  const encoder = JSON.parse(text("examples/obs/Rolecast/streamEncoder.json"));
  expect(encoder).toMatchObject({ rate_control: "CBR", keyint_sec: 2 });
  // The limit of a BASIC channel above 480p, sound included.
  const ini = text("examples/obs/Rolecast/basic.ini");
  const soundKbps = Number(/^Track1Bitrate=(\d+)$/m.exec(ini)?.[1]);
  expect(encoder.bitrate + soundKbps).toBeLessThan(3_500);
  expect(ini).toMatch(/^Mode=Advanced$[\s\S]*^Encoder=obs_x264$/m);
});

test("the workflow is a workflow", () => {
  const workflow = parse(text("examples/github-actions/rolecast.yml"));
  const steps: readonly Record<string, unknown>[] = workflow.jobs.test.steps;
  expect(steps.map((step) => "run" in step !== "uses" in step)).not.toContain(false);
});

describe("a running server", () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServerProcess(["--data", "memory", "--log-level", "debug"]);
  });
  afterAll(() => server.stop());

  test("has every metric that the dashboard asks for", async () => {
    await server.root.sts.send(new GetCallerIdentityCommand({}));
    const scrape = await (await fetch(`${server.endpoint}/_rolecast/metrics`)).text();
    const lines = scrape.split("\n").filter((line) => !line.startsWith("#"));
    const { panels } = JSON.parse(text("packaging/grafana-dashboard.json"));
    const expressions: readonly string[] = panels.flatMap(
      ({ targets }: { targets: { expr: string }[] }) => targets.map(({ expr }) => expr),
    );
    const asked = expressions.flatMap(
      (expr) => expr.match(/(?:rolecast|process|nodejs)_\w+(?:\{service="[^}]*\})?/g) ?? [],
    );
    expect(asked.length).toBeGreaterThan(10);
    const missing = asked.filter((series) => !lines.some((line) => line.startsWith(series)));
    expect(missing).toEqual([]);
  });

  test("logs a request as JSON with the id that the client got", async () => {
    const { $metadata } = await server.root.sts.send(new GetCallerIdentityCommand({}));
    const said = await server.said(new RegExp(`"requestId":"${$metadata.requestId}"`));
    const line = said.split("\n").find((one) => one.includes(String($metadata.requestId))) ?? "";
    expect(JSON.parse(line)).toMatchObject({
      level: 20,
      requestId: $metadata.requestId,
      service: "sts",
      operation: "GetCallerIdentity",
      durationMs: expect.any(Number),
    });
  });
});
