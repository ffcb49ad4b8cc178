import { join } from "node:path";
import { type LaunchedServer, launchServerProcess } from "../../test/support/server-process.ts";
import type { Chance } from "../fuzz/chance.ts";
import { type Node, nodeAt } from "./node.ts";
import { deadline, pause } from "./pause.ts";

export interface ServerNodesOptions {
  /** The data folder, which all of them share. */
  readonly data: string;
  /** Has a folder for each of them. */
  readonly folder: string;
  readonly count: number;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const READY_MS_MAX = 120_000;
/** A stop that waits for requests and streams ends before that. */
const STOP_MS_MAX = 60_000;
/** A start takes about as long, so that some kills come just before its end. */
const START_UP_MS = 900;
const LINES_SHOWN = 3_000;

interface Place {
  readonly name: string;
  /** Its own. */
  readonly folder: string;
  launched: LaunchedServer | undefined;
  node: Node | undefined;
  /** The last one that was up, and the moment of its end. */
  before: { readonly node: Node; readonly endedMs: number } | undefined;
}

/** The servers of a campaign, which are killed and started again. */
export class ServerNodes {
  kills = 0;
  /** Servers that ended by themselves or didn't start, each in a sentence. */
  readonly wrong: string[] = [];
  readonly #places: readonly Place[];
  readonly #options: ServerNodesOptions;

  constructor(options: ServerNodesOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.count }, (_none, number) => {
      const name = `node-${number}`;
      const own = options.count > 1 ? join(options.folder, name) : options.data;
      return { name, folder: own, launched: undefined, node: undefined, before: undefined };
    });
  }

  /** Those that are up. */
  get up(): readonly Node[] {
    return this.#places.flatMap(({ node }) => node ?? []);
  }

  /** Starts every server that isn't up. */
  async startAll(): Promise<void> {
    for (const place of this.#places) if (!place.node) await this.#start(place);
  }

  /**
   * Kills one of those that are up, or asks it to stop and kills it meanwhile. `mayFail`: what it
   * needs was away just before, so that not all of it may end as it should. Then it ends with 1,
   * as the command's page says.
   */
  async kill(chance: Chance, mayFail: boolean): Promise<string> {
    const place = chance.one(this.#places.filter(({ node }) => node));
    if (chance.below(4) > 0) {
      await this.#kill(place);
      return `${place.name} killed`;
    }
    const ms = chance.below(300);
    const { launched } = place;
    leave(place);
    // It may end by itself from here on.
    place.launched = undefined;
    const stopped = launched?.stop("SIGTERM");
    const first = await Promise.race([stopped, pause(ms).then(() => "late" as const)]);
    if (first !== "late" && first !== 0 && !(mayFail && first === 1))
      this.wrong.push(`${place.name} ended with ${first} after SIGTERM: ${said(launched)}`);
    this.kills += 1;
    await launched?.stop("SIGKILL");
    return `${place.name} killed ${ms} ms after SIGTERM`;
  }

  /** Starts one that isn't up and kills it while it starts. */
  async killStarting(chance: Chance): Promise<string> {
    const place = chance.one(this.#places.filter(({ node }) => !node));
    const ms = chance.below(START_UP_MS);
    await this.#launch(place);
    await pause(ms);
    await this.#kill(place);
    return `${place.name} killed ${ms} ms after its start`;
  }

  /** Stops all of them in order. */
  async stopAll(): Promise<void> {
    for (const place of this.#places) {
      const { launched } = place;
      if (!launched) continue;
      leave(place);
      place.launched = undefined;
      const code = await Promise.race([launched.stop("SIGTERM"), deadline(STOP_MS_MAX)]);
      if (code !== 0) this.wrong.push(`${place.name} stopped with ${code}: ${said(launched)}`);
      await launched.stop("SIGKILL");
    }
  }

  /** Ends whatever is left, at once. */
  async end(): Promise<void> {
    for (const place of this.#places) await this.#end(place);
  }

  async #launch(place: Place): Promise<LaunchedServer> {
    const { data, count, args, environment } = this.#options;
    const own = count > 1 ? ["--node-dir", place.folder] : [];
    const launched = await launchServerProcess(["--data", data, ...own, ...args], environment);
    place.launched = launched;
    void launched.exited.then((code) => {
      if (place.launched !== launched) return;
      this.wrong.push(`${place.name} ended by itself with ${code}: ${said(launched)}`);
      place.launched = undefined;
      leave(place);
    });
    return launched;
  }

  async #start(place: Place): Promise<void> {
    const launched = await this.#launch(place);
    const late = deadline(READY_MS_MAX).then(() => {
      throw new Error(`${place.name} isn't ready after two minutes: ${said(launched)}`);
    });
    place.node = nodeAt(await Promise.race([launched.ready, late]), place.folder);
    if (place.before) place.before.node.awayMs = performance.now() - place.before.endedMs;
    place.before = undefined;
  }

  async #kill(place: Place): Promise<void> {
    this.kills += 1;
    await this.#end(place);
  }

  async #end(place: Place): Promise<void> {
    const { launched } = place;
    leave(place);
    place.launched = undefined;
    await launched?.stop("SIGKILL");
  }
}

/** The place's server isn't up any more. */
function leave(place: Place): void {
  if (place.node) place.before = { node: place.node, endedMs: performance.now() };
  place.node = undefined;
}

function said(launched: LaunchedServer | undefined): string {
  return launched?.printed().slice(-LINES_SHOWN) ?? "";
}
