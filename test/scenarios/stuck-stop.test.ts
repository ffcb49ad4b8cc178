import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { CreateRoleCommand, GetRoleCommand } from "@aws-sdk/client-iam";
import { afterAll, expect, test } from "vitest";
import { preload } from "../support/preload.ts";
import { startServerProcess } from "../support/server-process.ts";
import { ROOT } from "../support/test-server.ts";

const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** Supervisors wait longer: 20 s in the units and files of `packaging`. */
const STOP_MS = 15_000;

const TRUST = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
};

/** Takes connections, and says nothing. Resolves to its URL, and to the first connection. */
async function silentEndpoint() {
  const sockets = new Set<{ destroy(): void }>();
  const silent = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const { port } = silent.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, reached: once(silent, "connection") };
}

test("SIGTERM ends a server in time beside what hangs, and nothing is lost", async () => {
  const data = await mkdtemp(join(tmpdir(), "rolecast-stuck-stop-"));
  ends.push(() => rm(data, { recursive: true, force: true }));
  const { url, reached } = await silentEndpoint();
  const token = "arn:aws:lambda:us-east-1:000000000000:function:silent";
  const config = join(data, "rolecast.yml");
  await writeFile(config, `customResources:\n  "${token}": ${url}\n`);
  const server = await startServerProcess(["--data", join(data, "data"), "--config", config]);
  const { endpoint } = server;
  const client = new CloudFormationClient({
    ...{ endpoint, region: "us-east-1", credentials: ROOT, maxAttempts: 1 },
  });
  const Custom = { Type: "Custom::Silent", Properties: { ServiceToken: token } };
  const TemplateBody = JSON.stringify({ Resources: { Custom } });
  const asked = client.send(new CreateStackCommand({ StackName: "silent", TemplateBody }));
  asked.catch(() => {});
  await reached;
  // A request whose body never comes.
  const { hostname, port } = new URL(endpoint);
  const half = connect(Number(port), hostname);
  half.on("error", () => {});
  ends.push(async () => half.destroy());
  await once(half, "connect");
  half.write("PUT /bucket/key HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\nhalf");
  const AssumeRolePolicyDocument = JSON.stringify(TRUST);
  const role = { RoleName: "kept", AssumeRolePolicyDocument };
  await server.root.iam.send(new CreateRoleCommand(role));
  const late = new Promise((resolve) => setTimeout(() => resolve("late"), STOP_MS).unref());
  expect(await Promise.race([server.stop("SIGTERM"), late])).not.toBe("late");
  const next = await startServerProcess(["--data", join(data, "data"), "--config", config]);
  const { Role } = await next.root.iam.send(new GetRoleCommand({ RoleName: "kept" }));
  expect(Role?.RoleName).toBe("kept");
  await next.stop("SIGKILL");
}, 60_000);

test("what hangs is named, the exit code says so, and the database is whole", async () => {
  const dir = await mkdtemp(join(tmpdir(), "rolecast-hung-part-"));
  ends.push(() => rm(dir, { recursive: true, force: true }));
  const environment = await preload(
    dir,
    "never-closes",
    `import net from "node:net"; net.Server.prototype.close = function () { return this; };`,
  );
  const server = await startServerProcess(["--data", join(dir, "data")], environment);
  const AssumeRolePolicyDocument = JSON.stringify(TRUST);
  await server.root.iam.send(new CreateRoleCommand({ RoleName: "kept", AssumeRolePolicyDocument }));
  const late = new Promise((resolve) => setTimeout(() => resolve("late"), STOP_MS).unref());
  expect(await Promise.race([server.stop("SIGTERM"), late])).toBe(1);
  expect(await server.said(/not everything ended in time: .*requests/)).toContain("rolecast: ");
  const next = await startServerProcess(["--data", join(dir, "data")]);
  const { Role } = await next.root.iam.send(new GetRoleCommand({ RoleName: "kept" }));
  expect(Role?.RoleName).toBe("kept");
  await next.stop("SIGKILL");
}, 60_000);
