import { type ChildProcess, execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { startForFile } from "./started-processes.ts";

const run = promisify(execFile);

/** Debian's iproute2 and util-linux. */
const PROGRAMS = ["/usr/sbin/ip", "/usr/sbin/tc", "/usr/bin/nsenter", "/usr/bin/unshare"];
export const hasMachinePrograms = PROGRAMS.every((path) => existsSync(path));

const VETH = ["ip", "link", "add", "name", "one", "type", "veth", "peer", "name", "other"];
const tried = hasMachinePrograms ? spawnSync("/usr/bin/unshare", ["--net", ...VETH]) : undefined;
/** Most containers may not make networks and cables, whatever is installed. */
export const mayMakeMachines = tried?.status === 0;
/** The system's reason against it. */
export const machineRefusal = tried?.stderr.toString() ?? "";

/** Addresses that no network uses: RFC 2544 sets 198.18.0.0/15 apart for benchmarks. */
const NETWORK = `198.18.${process.pid % 256}`;
/** Addresses of a /30: its own name, two ends, and its broadcast. */
const ADDRESSES_OF_A_LINK = 4;
let links = 0;

/**
 * A network of its own, in which programs see no other machine than those that links lead to. It
 * ends with the tests' process, and its links with it.
 */
export class Machine {
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  static async start(): Promise<Machine> {
    // Says a line once it is in its own network: before that, nsenter would find the tests'.
    const script = "ip link set lo up && echo up && exec sleep infinity";
    const holder = startForFile("/usr/bin/unshare", ["--net", "sh", "-c", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (holder.stdout) await once(holder.stdout, "data");
    return new Machine(holder);
  }

  get pid(): number {
    return this.#holder.pid ?? 0;
  }

  /** The words before a command that make it run here. */
  get within(): readonly string[] {
    return ["/usr/bin/nsenter", `--net=/proc/${this.pid}/ns/net`];
  }

  close(): void {
    this.#holder.kill("SIGKILL");
  }
}

interface End {
  readonly device: string;
  readonly address: string;
  /** Left out, the tests' own network. */
  readonly machine: Machine | undefined;
}

/** A cable between two machines, or between the tests and one. */
export class Link {
  readonly #ends: readonly [End, End];
  #isCut = false;

  private constructor(ends: readonly [End, End]) {
    this.#ends = ends;
  }

  static async lay(near: Machine | undefined, far: Machine): Promise<Link> {
    const first = (links * ADDRESSES_OF_A_LINK) % 256;
    links += 1;
    const device = `rc${process.pid}n${links}`;
    const ends: readonly [End, End] = [
      { device, address: `${NETWORK}.${first + 1}`, machine: near },
      { device, address: `${NETWORK}.${first + 2}`, machine: far },
    ];
    const peer = ["peer", "name", device, "netns", String(far.pid)];
    await inNetwork(near, "ip", ["link", "add", device, "type", "veth", ...peer]);
    for (const { machine, address } of ends) {
      await inNetwork(machine, "ip", ["address", "add", `${address}/30`, "dev", device]);
      await inNetwork(machine, "ip", ["link", "set", device, "up"]);
    }
    return new Link(ends);
  }

  get near(): string {
    return this.#ends[0].address;
  }

  get far(): string {
    return this.#ends[1].address;
  }

  /** Nothing goes through any more, in either direction, and neither side hears of it. */
  async cut(): Promise<void> {
    this.#isCut = true;
    for (const { machine, device } of this.#ends)
      await inNetwork(machine, "tc", ["qdisc", "replace", "dev", device, "root", "blackhole"]);
  }

  async mend(): Promise<void> {
    if (!this.#isCut) return;
    this.#isCut = false;
    for (const { machine, device } of this.#ends)
      await inNetwork(machine, "tc", ["qdisc", "del", "dev", device, "root"]);
  }
}

async function inNetwork(
  machine: Machine | undefined,
  command: string,
  args: readonly string[],
): Promise<void> {
  const [file = "", ...words] = [...(machine?.within ?? []), `/usr/sbin/${command}`, ...args];
  await run(file, words);
}
