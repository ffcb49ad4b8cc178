import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListChannelsCommand, ListStreamsCommand } from "@aws-sdk/client-ivs";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser } from "../support/principals.ts";
import { COMMAND } from "../support/rolecast-command.ts";
import { startOnTerminal, type TerminalProcess } from "../support/terminal-process.ts";
import { clientsOf, ROOT } from "../support/test-server.ts";
import { until } from "../support/until.ts";

const PORTS = "--port 0 --rtmp-port 0 --rtmps-port 0 --srt-port 0";
const START = `${process.execPath} ${COMMAND} start --data memory ${PORTS}`;
const HINT = "Press o for the console";
const HELP = "explain the last denial";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "rolecast-hotkeys-"));
  // As a browser it only notes what it was to open.
  writeFileSync(join(dir, "xdg-open"), `#!/bin/sh\necho "$1" > ${dir}/opened\n`);
  chmodSync(join(dir, "xdg-open"), 0o755);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A shell's line that runs the server, and says how it ended and left the terminal. */
function serving(run = START): string {
  return [
    "trap : INT QUIT",
    'before="$(stty -g)"',
    run,
    'echo "ended with $?"',
    // A guard of the terminal works a moment after the server's end.
    'for i in 1 2 3 4 5 6 7 8 9; do [ "$(stty -g)" = "$before" ] && break; sleep 0.5; done',
    '[ "$(stty -g)" = "$before" ] && echo "terminal as before" || echo "terminal changed"',
  ].join("; ");
}

function start(line: string, env: Readonly<Record<string, string>> = {}): TerminalProcess {
  return startOnTerminal(line, { env: { PATH: `${dir}:${process.env.PATH}`, ...env } });
}

/** Resolves to all that was shown once the pattern is in it. */
function shows(terminal: TerminalProcess, pattern: RegExp | string): Promise<string> {
  const has = (text: string) =>
    typeof pattern === "string" ? text.includes(pattern) : pattern.test(text);
  return until(() => has(terminal.shown()) && terminal.shown(), `${pattern} on the terminal`);
}

function endpointOf(text: string): string {
  return /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? "";
}

test("keys open the console, stream a test picture, explain a denial, and stop", async () => {
  const terminal = start(serving());
  const endpoint = endpointOf(await shows(terminal, HINT));
  const { iam, ivs } = clientsOf(endpoint, ROOT, "us-east-1");
  terminal.type("?");
  await shows(terminal, HELP);
  terminal.type("e");
  await shows(terminal, "nothing was denied");
  terminal.type("o");
  await shows(terminal, `Opened ${endpoint}/`);
  expect(readFileSync(join(dir, "opened"), "utf8")).toBe(`${endpoint}/\n`);

  const ann = clientsOf(endpoint, await createUser(iam, "ann"), "us-east-1");
  await expect(ann.s3.send(new ListBucketsCommand({}))).rejects.toThrow("ListAllMyBuckets");
  terminal.type("e");
  await shows(terminal, "because no identity-based policy allows the s3:ListAllMyBuckets action");

  const live = async () => (await ivs.send(new ListStreamsCommand({}))).streams ?? [];
  terminal.type("t");
  await shows(terminal, /A test picture is on channel first[\s\S]*#\/watch\?play=\/\S+\.m3u8/);
  await until(async () => (await live()).length === 1, "the channel is live");
  terminal.type("t");
  await shows(terminal, "The test picture on channel first has ended.");
  await until(async () => (await live()).length === 0, "the stream has ended");
  terminal.type("t");
  await shows(terminal, /has ended[\s\S]*A test picture is on channel first/);
  expect((await ivs.send(new ListChannelsCommand({}))).channels).toHaveLength(1);

  terminal.type("q");
  expect(await shows(terminal, /terminal (?:as before|changed)/)).toMatch(
    /q: ending streams and recordings\.[\s\S]*ended with 0\r\nterminal as before/,
  );
});

test("Ctrl-C ends the server properly, and pasted text presses no keys", async () => {
  const terminal = start(serving());
  await shows(terminal, HINT);
  terminal.type("quit\n\u0003");
  const shown = await shows(terminal, /terminal (?:as before|changed)/);
  expect(shown).toMatch(
    /SIGINT: ending streams and recordings\.[\s\S]*ended with 0\r\nterminal as before/,
  );
  expect(shown).not.toContain("q: ending");
});

test.each(["SIGKILL", "SIGHUP", "SIGABRT", "SIGTERM"] as const)(
  "after %s the terminal is as before",
  async (signal) => {
    const terminal = start(serving(`sh -c 'echo "pid $$"; exec ${START}'`));
    const [, pid] = /pid (\d+)/.exec(await shows(terminal, HINT)) ?? [];
    process.kill(Number(pid), signal);
    expect(await shows(terminal, /terminal (?:as before|changed)/)).toContain("terminal as before");
  },
);

test("Ctrl-Z stops it, and it goes on in the background and in the foreground", async () => {
  const line = `set -m; ${START}; echo "stopped: $(jobs)"; bg; read word; echo "read $word"`;
  const terminal = start(`bash -c '${line}; echo "now: $(jobs)"; fg'`);
  const endpoint = endpointOf(await shows(terminal, HINT));
  terminal.type("\u001a");
  await shows(terminal, /stopped: .*Stopped/);
  const health = () => fetch(`${endpoint}/_rolecast/health`).then(({ ok }) => ok);
  await until(health, "it serves in the background");
  terminal.type("hello\n");
  expect(await shows(terminal, /now: /)).toMatch(/read hello\r\nnow: .*Running/);
  terminal.kill("SIGKILL");
});

test("a server that was started in the background leaves the terminal to the shell", async () => {
  const line = `set -m; ${START} & read word; echo "read $word, $(jobs)"; kill %1; wait`;
  const terminal = start(`bash -c '${line}'`);
  await shows(terminal, "Ready.");
  terminal.type("hello\n");
  expect(await shows(terminal, /read hello/)).not.toContain(HINT);
  expect(await shows(terminal, "SIGTERM: ending streams")).toMatch(/read hello, .*Running/);
});

test.each([
  ["in CI", START, { CI: "true" }],
  ["with --json", `${START} --json`, {}],
  ["where its input is a file", `${START} </dev/null`, {}],
  ["where its output is a pipe", `${START} | cat`, {}],
])("no keys are read %s", async (_, run, env) => {
  const terminal = start(`stty -g; ${run} & read word; stty -g; kill $!; wait`, env);
  await shows(terminal, /Ready\.|"endpoint"/);
  terminal.type("?\n");
  const states = () => terminal.shown().match(/^\w+(?::\w+){9,}/gm);
  await until(() => states()?.length === 2, "the terminal's settings");
  const [before, during] = states() ?? [];
  expect(during).toBe(before);
  expect(terminal.shown()).not.toContain(HINT);
});
