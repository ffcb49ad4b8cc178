import { join } from "node:path";
import { S3 } from "@aws-sdk/client-s3";
import { Ceph } from "../../test/support/ceph.ts";
import { type LaunchedServer, launchServerProcess } from "../../test/support/server-process.ts";
import { ROOT } from "../../test/support/test-server.ts";
import { until } from "../../test/support/until.ts";
import { Chance } from "../fuzz/chance.ts";
import { FaultyProxy, PROXY_FAULTS } from "./faulty-proxy.ts";
import { pause } from "./pause.ts";

const BUCKET = "kills-bytes";
/** Ends before most requests to a store are given up. */
const SHORT_MS_MAX = 3_000;
/** A request to a store is given up after 15 seconds. */
const LONG_MS = 17_000;
/** Starting Ceph's gateway takes ten seconds beside other work. */
const BACK = { withinMs: 60_000, everyMs: 100 };

/** The processes of a store, which fail. */
interface StoreProcesses {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  kill(): Promise<void>;
  start(): Promise<void>;
  /** It takes connections, and does nothing. */
  suspend(): void;
  resume(): void;
  close(): Promise<void>;
}

/** An object store that fails, between the servers of a campaign and the bytes of their objects. */
export class ObjectStore {
  /** Keys of a campaign's objects begin with it. */
  readonly prefix = "kills/";
  readonly bucket = BUCKET;
  /** The store without its faults. */
  readonly client: S3;
  readonly faults: readonly ((chance: Chance) => Promise<string>)[];
  readonly #processes: StoreProcesses;
  readonly #proxy: FaultyProxy;
  /** Faults that aren't over. */
  readonly #lasting = new Set<Promise<void>>();

  private constructor(processes: StoreProcesses, proxy: FaultyProxy) {
    this.#processes = processes;
    this.#proxy = proxy;
    const { endpoint, credentials } = processes;
    const of = { endpoint, credentials: { ...credentials } };
    this.client = new S3({ ...of, region: "us-east-1", forcePathStyle: true });
    const befall = (chance: Chance) => this.#befall(chance);
    this.faults = [
      befall,
      befall,
      befall,
      (chance) => this.#killed(chance),
      (chance) => this.#suspended(chance),
    ];
  }

  /** `kind`: a further Rolecast, or Ceph. */
  static async start(kind: "remote" | "ceph", folder: string): Promise<ObjectStore> {
    const processes = kind === "ceph" ? await startCeph() : await startRolecast(folder);
    const store = new ObjectStore(processes, await FaultyProxy.start(processes.endpoint));
    await store.client.createBucket({ Bucket: BUCKET });
    return store;
  }

  /** The servers' variables. */
  get environment(): Readonly<Record<string, string>> {
    const { credentials } = this.#processes;
    const { endpoint } = this.#proxy;
    const of = { type: "s3", endpoint, bucket: BUCKET, prefix: this.prefix, credentials };
    return { ROLECAST_OBJECTS: JSON.stringify(of) };
  }

  /** Requests that something befell on their way. */
  get faulty(): number {
    return this.#proxy.faulty;
  }

  /** Resolves once every fault is over, and the store answers. */
  async mend(): Promise<void> {
    await Promise.all(this.#lasting);
    const answers = async () => (await this.client.headBucket({ Bucket: BUCKET })) !== undefined;
    await until(answers, "the object store's answer", BACK);
  }

  async close(): Promise<void> {
    this.client.destroy();
    this.#proxy.close();
    this.#processes.resume();
    await Promise.allSettled(this.#lasting);
    await this.#processes.close();
  }

  /** A share of the requests of some time fails in one way. */
  async #befall(chance: Chance): Promise<string> {
    const fault = chance.one(PROXY_FAULTS);
    const oneIn = 1 + chance.below(4);
    this.#proxy.begin(fault, oneIn, new Chance(chance.below(2 ** 31)));
    const ms = await this.#last(chance, async () => this.#proxy.end());
    return `one in ${oneIn} requests to the object store ${fault}, for ${ms} ms`;
  }

  async #killed(chance: Chance): Promise<string> {
    await Promise.all(this.#lasting);
    await this.#processes.kill();
    const ms = await this.#last(chance, () => this.#processes.start());
    return `object store killed, away for ${ms} ms`;
  }

  async #suspended(chance: Chance): Promise<string> {
    await Promise.all(this.#lasting);
    this.#processes.suspend();
    const ms = await this.#last(chance, async () => this.#processes.resume());
    return `object store suspended for ${ms} ms`;
  }

  /** Some faults are over before a server is killed, and others last while it is. */
  async #last(chance: Chance, end: () => Promise<void>): Promise<number> {
    const ms = chance.rarely(6) ? LONG_MS : chance.below(SHORT_MS_MAX);
    const lasting = pause(ms)
      .then(end)
      .finally(() => this.#lasting.delete(lasting));
    this.#lasting.add(lasting);
    lasting.catch(() => {});
    if (chance.rarely(2)) await lasting;
    return ms;
  }
}

/** A Rolecast that has nothing to do but keep bytes. */
async function startRolecast(folder: string): Promise<StoreProcesses> {
  let launched: LaunchedServer;
  let port = "0";
  const start = async () => {
    launched = await launchServerProcess(["--data", join(folder, "store"), "--port", port]);
    const { endpoint } = await launched.ready;
    ({ port } = new URL(endpoint));
    return endpoint;
  };
  const endpoint = await start();
  return {
    endpoint,
    credentials: ROOT,
    kill: async () => void (await launched.stop("SIGKILL")),
    start: async () => void (await start()),
    suspend: () => void process.kill(launched.pid, "SIGSTOP"),
    resume: () => void process.kill(launched.pid, "SIGCONT"),
    close: async () => void (await launched.stop("SIGKILL")),
  };
}

/** A gateway that is killed, and an OSD that is suspended. */
async function startCeph(): Promise<StoreProcesses> {
  const ceph = await Ceph.start();
  return {
    endpoint: ceph.endpoint,
    credentials: ceph.credentials,
    kill: () => ceph.killGateway(),
    start: () => ceph.startGateway(),
    suspend: () => ceph.stopOsd(),
    resume: () => ceph.continueOsd(),
    close: () => ceph.close(),
  };
}
