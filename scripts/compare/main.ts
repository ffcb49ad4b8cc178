import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createServer } from "@rolecast/server";

/*
 * `npm run compare -- --against http://127.0.0.1:5000`: the cases of this folder, in boto3, against
 * a new Rolecast in memory and another endpoint, as a table. Without `--against`, Rolecast alone.
 */
const USAGE = "npm run compare -- [--against URL] [--key ID:SECRET] [--json]";
const WIDTH = 72;

interface Outcome {
  readonly service: string;
  readonly case: string;
  /** The endpoint's own answer where it differs from AWS's; null if it is the same. */
  readonly instead: string | null;
}

const { values } = parseArgs({
  options: {
    against: { type: "string" },
    key: { type: "string", default: "test:test" },
    json: { type: "boolean", default: false },
    python: { type: "string", default: "python3" },
  },
});

/** Resolves to what each case found, in their order. */
async function outcomesAt(endpoint: string, key: string): Promise<readonly Outcome[]> {
  const [id = "", secret = ""] = key.split(/:(.*)/s);
  const program = join(import.meta.dirname, "cases.py");
  const child = spawn(values.python, ["-B", program, endpoint, id, secret], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`The cases ended with ${code}.`);
  const lines = Buffer.concat(chunks).toString().trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Outcome);
}

function table(own: readonly Outcome[], other: readonly Outcome[] | undefined): string {
  const lines: string[] = [];
  let service = "";
  for (const [index, outcome] of own.entries()) {
    if (outcome.service !== service) {
      service = outcome.service;
      lines.push("", service);
    }
    const cells = [outcome, other?.[index]].flatMap((one) => (one ? [sign(one)] : []));
    lines.push(
      `  ${outcome.case.padEnd(WIDTH)}  ${cells[0]?.padEnd(24)}${cells[1] ?? ""}`.trimEnd(),
    );
  }
  return lines.join("\n");
}

function sign({ instead }: Outcome): string {
  return instead === null ? "✓" : `✗ ${instead}`;
}

function sum(name: string, outcomes: readonly Outcome[]): string {
  const same = outcomes.filter(({ instead }) => instead === null).length;
  return `${name}: ${same} of ${outcomes.length} as on AWS`;
}

if (spawnSync(values.python, ["-c", "import boto3"]).status !== 0) {
  console.error(`${values.python} lacks boto3. ${USAGE}`);
  process.exit(2);
}
const ports = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0 };
const server = await createServer({ data: "memory", logLevel: "silent", ffmpeg: "off", ...ports });
try {
  const { against, key } = values;
  const own = await outcomesAt(server.endpoint, "test:test");
  const other = against === undefined ? undefined : await outcomesAt(against, key);
  if (values.json) console.log(JSON.stringify({ own, other }));
  else {
    console.log(`${" ".repeat(WIDTH + 4)}${"Rolecast".padEnd(24)}${against ?? ""}`.trimEnd());
    console.log(table(own, other).slice(1));
    console.log(`\n${sum("Rolecast", own)}`);
    if (against !== undefined && other) console.log(sum(against, other));
  }
  if (own.some(({ instead }) => instead !== null)) process.exitCode = 1;
} finally {
  await server.close();
}
