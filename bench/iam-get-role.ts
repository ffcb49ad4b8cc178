import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { CreateRoleCommand, GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { load } from "./http-load.ts";

/*
 * Method: Rolecast and moto's server (Debian's python3-moto, with python3-flask-cors) run as processes of their own. Each
 * gets one role; then the same signed GetRole is sent over 8 keep-alive connections for 5 s, the
 * two servers in turn, three rounds. Rolecast decides every request (policies enforced); moto's
 * server authenticates nothing. Both figures are of the same client, in the same run.
 */
const ROUNDS = 3;
const CONNECTIONS = 8;
const DURATION_MS = 5_000;
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
  ],
});

interface Peer {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
  request: string;
  readonly rates: number[];
}

async function startRolecast(): Promise<Peer> {
  const bin = join(import.meta.dirname, "../packages/cli/bin/rolecast.js");
  const args = [
    "start",
    "--data",
    "memory",
    "--port",
    "0",
    "--rtmp-port",
    "0",
    "--rtmps-port",
    "0",
  ];
  const child = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<number>((resolve) => {
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /AWS APIs and HLS +http:\/\/[^:]+:(\d+)/.exec(printed);
      if (found && printed.includes("Ready.")) resolve(Number(found[1]));
    });
  });
  return { name: "Rolecast", port, process: child, request: "", rates: [] };
}

async function startMoto(port: number): Promise<Peer> {
  const child = spawn(
    "/usr/bin/python3",
    ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
    {
      stdio: "ignore",
    },
  );
  for (let attempt = 0; attempt < 100; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return { name: "moto", port, process: child, request: "", rates: [] };
    } catch (error) {
      if (child.exitCode !== null)
        throw new Error(
          "moto's server ended; are Debian's python3-moto and python3-flask-cors there?",
          { cause: error },
        );
    }
  }
  throw new Error("moto's server didn't start");
}

/** Makes the role, and catches a signed GetRole as it goes over the wire. */
async function prepare(peer: Peer): Promise<void> {
  const client = new IAMClient({
    endpoint: `http://127.0.0.1:${peer.port}`,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  await client.send(new CreateRoleCommand({ RoleName: "bench", AssumeRolePolicyDocument: TRUST }));
  client.middlewareStack.add(
    (next) => async (args) => {
      peer.request = serialize(args.request);
      return next(args);
    },
    { step: "finalizeRequest", priority: "low" },
  );
  await client.send(new GetRoleCommand({ RoleName: "bench" }));
  client.destroy();
}

function serialize(request: unknown): string {
  const { method, path, headers, body } = request as {
    method: string;
    path: string;
    headers: Record<string, string>;
    body: string;
  };
  const lines = Object.entries({ ...headers, connection: "keep-alive" }).map(
    ([k, v]) => `${k}: ${v}`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
}

const peers = [await startRolecast(), await startMoto(5_599)];
try {
  for (const peer of peers) await prepare(peer);
  for (let round = 1; round <= ROUNDS; round++) {
    for (const peer of peers) {
      const { port, request } = peer;
      const result = await load({
        port,
        request,
        connections: CONNECTIONS,
        durationMs: DURATION_MS,
      });
      peer.rates.push(result.requestsPerSecond);
      console.log(
        `round ${round}  ${peer.name.padEnd(8)} ${result.requestsPerSecond.toFixed(0).padStart(6)} requests/s  p50 ${result.p50Ms.toFixed(2)} ms  p99 ${result.p99Ms.toFixed(2)} ms  ${result.failures} failures`,
      );
    }
  }
  const [ours = 0, theirs = 1] = peers.map(({ rates }) => [...rates].sort((a, b) => a - b)[1] ?? 0);
  console.log(
    `GetRole: ${(ours / theirs).toFixed(1)}× moto's server (median of ${ROUNDS}; wanted: 10×)`,
  );
} finally {
  for (const peer of peers) peer.process.kill("SIGTERM");
}
