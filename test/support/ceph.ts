import { type ChildProcess, type ExecFileOptions, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { removeAtExit, withParent } from "../../packages/server/src/kernel/testing/with-parent.ts";

const execute = promisify(execFile);
/** Creating the first pools takes ten seconds and more beside other tests. */
const START_MS_MAX = 60_000;
const MEMORY_BYTES = 4 * 1024 ** 3;

/** Ceph on loopback: a monitor, an OSD that keeps everything in memory, and a gateway. */
export class Ceph {
  readonly endpoint: string;
  readonly credentials = { accessKeyId: "CEPHTESTS", secretAccessKey: "secret-of-ceph-tests" };
  readonly #dir: string;
  readonly #monitor: ChildProcess;
  readonly #startOsd: () => ChildProcess;
  #osd: ChildProcess;
  #gateway: ChildProcess;
  #isClosed = false;

  private constructor(
    dir: string,
    port: number,
    monitor: ChildProcess,
    startOsd: () => ChildProcess,
    gateway: ChildProcess,
  ) {
    this.#dir = dir;
    this.#monitor = monitor;
    this.#startOsd = startOsd;
    this.#osd = this.#beginOsd();
    this.#gateway = gateway;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  /** On a busy machine a daemon may end before the others are there: then all begin anew. */
  static async start(memoryBytes = MEMORY_BYTES): Promise<Ceph> {
    return Ceph.#startOnce(memoryBytes).catch(() => Ceph.#startOnce(memoryBytes));
  }

  static async #startOnce(memoryBytes: number): Promise<Ceph> {
    const dir = await mkdtemp(join(tmpdir(), "rolecast-ceph-"));
    removeAtExit(dir);
    const [monitorPort, port] = [await freePort(), await freePort()];
    const address = `v1:127.0.0.1:${monitorPort}`;
    const cluster = randomUUID();
    const osd = randomUUID();
    for (const name of ["mon", "osd", "run"]) await mkdir(join(dir, name));
    await writeFile(
      join(dir, "ceph.conf"),
      configuration(dir, address, cluster, port, memoryBytes),
    );
    const conf = ["-c", join(dir, "ceph.conf")];
    const map = join(dir, "monmap");
    await run("monmaptool", ["--create", "--addv", "a", address, "--fsid", cluster, map]);
    await run("ceph-mon", ["--mkfs", "-i", "a", "--monmap", map, ...conf]);
    const begin = (program: string, ...words: string[]) =>
      spawn(...withParent(program, ["-f", ...words, ...conf]), { stdio: "ignore" });
    const monitor = begin("ceph-mon", "-i", "a");
    await run("ceph", [...conf, "--connect-timeout", "60", "osd", "new", osd, "0"]);
    await run("ceph-osd", ["-i", "0", "--mkfs", "--osd-uuid", osd, ...conf]);
    const gateway = begin("radosgw", "-n", "client.rgw");
    const ceph = new Ceph(dir, port, monitor, () => begin("ceph-osd", "-i", "0"), gateway);
    const { accessKeyId, secretAccessKey } = ceph.credentials;
    const user = ["--uid=tests", "--display-name=tests", "--max-buckets=0"];
    const key = [`--access-key=${accessKeyId}`, `--secret=${secretAccessKey}`];
    const create = [...conf, "-n", "client.rgw", "user", "create", ...user, ...key];
    try {
      await run("radosgw-admin", create, { timeout: START_MS_MAX, killSignal: "SIGKILL" });
      await ceph.answers();
      return ceph;
    } catch (error) {
      await ceph.close();
      throw error;
    }
  }

  /**
   * An OSD that asks the monitor before it has read the monitor's map gives the wrong cluster's id,
   * and ends; on a busy machine most of them do.
   */
  #beginOsd(): ChildProcess {
    const osd = this.#startOsd();
    osd.once("exit", () => {
      if (!this.#isClosed) this.#osd = this.#beginOsd();
    });
    return osd;
  }

  /** Makes a bucket of a test's own. */
  async createBucket(bucket = `bytes-${randomUUID()}`): Promise<string> {
    const client = this.client();
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    client.destroy();
    return bucket;
  }

  client(): S3Client {
    const { endpoint, credentials } = this;
    return new S3Client({
      endpoint,
      credentials: { ...credentials },
      region: "us-east-1",
      forcePathStyle: true,
    });
  }

  /** The setting `objects` for this bucket. */
  objects(bucket: string, prefix = "") {
    const { endpoint, credentials } = this;
    return { type: "s3" as const, endpoint, bucket, prefix, credentials };
  }

  /** Kills the gateway as a power cut does. */
  async killGateway(): Promise<void> {
    await end(this.#gateway, "SIGKILL");
  }

  async startGateway(): Promise<void> {
    const conf = join(this.#dir, "ceph.conf");
    const args = ["-f", "-n", "client.rgw", "-c", conf];
    this.#gateway = spawn(...withParent("radosgw", args), { stdio: "ignore" });
    await this.answers();
  }

  /** The gateway goes on to take requests, and answers none that needs bytes. */
  stopOsd(): void {
    this.#osd.kill("SIGSTOP");
  }

  continueOsd(): void {
    this.#osd.kill("SIGCONT");
  }

  /** Ceph's own sentence about itself; that an OSD is full among others. */
  async health(): Promise<string> {
    const args = ["-c", join(this.#dir, "ceph.conf"), "--connect-timeout", "10", "health"];
    const { stdout } = await run("ceph", args);
    return stdout.trim();
  }

  /** Frees the memory of bytes that were removed. Rejects when that takes a minute. */
  async collectGarbage(): Promise<void> {
    const admin = ["-c", join(this.#dir, "ceph.conf"), "-n", "client.rgw", "gc"];
    const options = { timeout: START_MS_MAX, killSignal: "SIGKILL" } as const;
    const untilMs = Date.now() + START_MS_MAX;
    for (;;) {
      await run("radosgw-admin", [...admin, "process", "--include-all"], options);
      const { stdout } = await run("radosgw-admin", [...admin, "list", "--include-all"], options);
      if (stdout.trim() === "[]") return;
      if (Date.now() > untilMs) throw new Error("Ceph keeps what was removed.");
      await new Promise((go) => setTimeout(go, 500));
    }
  }

  async answers(): Promise<void> {
    const untilMs = Date.now() + START_MS_MAX;
    for (;;) {
      const answer = await fetch(this.endpoint).catch(() => undefined);
      if (answer?.ok) return;
      if (Date.now() > untilMs) throw new Error("Ceph's gateway doesn't answer.");
      await new Promise((go) => setTimeout(go, 100));
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.continueOsd();
    await end(this.#gateway, "SIGKILL");
    await end(this.#osd, "SIGKILL");
    await end(this.#monitor, "SIGKILL");
    await rm(this.#dir, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], options: ExecFileOptions = {}) {
  return execute(...withParent(program, args), { ...options, encoding: "utf8" });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/**
 * One OSD, no replicas, no authentication between the daemons. An OSD that is stopped, or slow
 * beside other tests, isn't taken for dead. Removed bytes leave its memory soon.
 */
function configuration(
  dir: string,
  address: string,
  cluster: string,
  port: number,
  memoryBytes: number,
): string {
  const libraries = readdirSync("/usr/lib")
    .map((name) => join("/usr/lib", name))
    .find((path) => existsSync(join(path, "rados-classes")));
  return `[global]
fsid = ${cluster}
mon host = ${address}
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
mon allow pool size one = true
osd crush chooseleaf type = 0
mon data = ${dir}/mon
osd data = ${dir}/osd
osd objectstore = memstore
osd heartbeat grace = 600
mon osd report timeout = 900
memstore device bytes = ${memoryBytes}
osd class dir = ${libraries}/rados-classes
plugin dir = ${libraries}/ceph
run dir = ${dir}/run
admin socket =
log file =
ms bind ipv6 = false
ms bind msgr2 = false
public network = 127.0.0.0/8
rgw frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
rgw gc obj min wait = 5
rgw gc processor period = 5
rgw dynamic resharding = false
`;
}
