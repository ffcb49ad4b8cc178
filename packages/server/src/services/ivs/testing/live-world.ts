import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeptRecordings, renderRecordingPlaylists } from "@rolecast/media";
import { AwsError } from "../../../kernel/aws-error.ts";
import { EventLog } from "../../../kernel/event-log.ts";
import { randomIds } from "../../../kernel/ids.ts";
import type { Invoke, InvokeOptions } from "../../../kernel/invoke.ts";
import { UNWATCHED_DISK } from "../../../kernel/ports/disk-space.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import {
  type Store,
  StoreUnavailableError,
  type Tables,
  type Transaction,
  type TransactionOptions,
} from "../../../kernel/store.ts";
import { openStore } from "../../../storage/open-store.ts";
import { PatientTransactions, type Transact } from "../../../storage/patient-transactions.ts";
import type { OpenedStore } from "../../../storage/store.ts";
import { DEFAULT_CHANNEL_SETTINGS } from "../channels/channel-settings.ts";
import type { IvsDependencies } from "../dependencies.ts";
import { LiveStreams } from "../live/live-streams.ts";
import { ivsMigrations } from "../migrations.ts";
import type { IvsQuotas } from "../quotas.ts";
import type { ChannelRow, IvsTables, RecordingConfigurationRow, StreamKeyRow } from "../tables.ts";
import { ScriptedEngine } from "./scripted-engine.ts";

const PLACE = { account_id: "000000000000", region: "us-east-1", tags: "{}", created_at_ms: 1 };
const CONFIGURATION_ARN = "arn:aws:ivs:us-east-1:000000000000:recording-configuration/configuratio";
export const CHANNEL_ARN = "arn:aws:ivs:us-east-1:000000000000:channel/channelchann";
export const STREAM_KEY = "sk_us-east-1_streamkeystr_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/** A folder that nobody makes. */
const NOTHING_KEPT = join(tmpdir(), "rolecast-nothing-kept");

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface LiveWorldChange {
  /** Its processes are nodes on one database. */
  readonly shared?: boolean;
  readonly channel?: Partial<ChannelRow>;
  readonly configuration?: Partial<RecordingConfigurationRow>;
  readonly quotas?: Partial<IvsQuotas>;
}

/** The fate of the n-th effect (a put or a transaction) of a life. */
export type Fate =
  | "happens"
  | "is-refused"
  | "is-down"
  | "database-away"
  | "commit-in-doubt"
  | "power-cut-before"
  | "power-cut-after"
  | "pauses-before"
  | "pauses-after";

/** The place of a process: its address, its folder, and what dead ones have left there. */
export interface LifePlace {
  readonly nodeUrl: string;
  readonly folderId: string;
  readonly kept: string;
}

const ONE_PLACE = { nodeUrl: "http://localhost:1", folderId: "folder-1", kept: NOTHING_KEPT };

/** A process that may die at any of its effects: from then on nothing it does has any. */
export interface Life {
  readonly live: LiveStreams;
  readonly engine: ScriptedEngine;
  readonly deps: IvsDependencies;
  /** Resolves when the power is cut, and what was under way in that moment has happened. */
  readonly died: Promise<void>;
  /** Resolves when the process is paused: until `resume` nothing of it happens. */
  readonly paused: Promise<void>;
  resume(): void;
}

/** A database and a bucket that outlive the processes which use them. */
export class LiveWorld {
  readonly bucket = new Map<string, string>();
  /** The time that every clock shows. */
  nowMs = 1_000;
  readonly store: OpenedStore;
  readonly #folder: string;
  readonly #change: LiveWorldChange;

  private constructor(folder: string, store: OpenedStore, change: LiveWorldChange) {
    this.#folder = folder;
    this.store = store;
    this.#change = change;
  }

  /** With one channel that records, `change`d in what a test is about. */
  static async open(change: LiveWorldChange = {}): Promise<LiveWorld> {
    const folder = mkdtempSync(join(tmpdir(), "rolecast-ivs-"));
    const options = { durable: false, migrations: ivsMigrations, nowMs: () => 1 };
    const store = await openStore({ file: join(folder, "state.db"), ...options });
    await store.tables<IvsTables>().transaction(async ({ db }) => {
      await db
        .insertInto("ivs_recording_configurations")
        .values({ ...configuration, ...change.configuration })
        .execute();
      await db
        .insertInto("ivs_channels")
        .values({ ...channel, ...change.channel })
        .execute();
      await db.insertInto("ivs_stream_keys").values(streamKey).execute();
    });
    return new LiveWorld(folder, store, change);
  }

  async close(): Promise<void> {
    await this.store.close();
    rmSync(this.#folder, { recursive: true });
  }

  begin(
    fateOf: (effect: number, isPut: boolean) => Fate = () => "happens",
    place: LifePlace = ONE_PLACE,
  ): Life {
    let effects = 0;
    let underWay = 0;
    let dead = false;
    let end: () => void = () => {};
    const died = new Promise<void>((resolve) => {
      end = resolve;
    });
    const pause = gate();
    const wake = gate();
    let sleeping = false;
    const sleep = async () => {
      sleeping = true;
      pause.open();
      await wake.opened;
      sleeping = false;
    };
    const effect = async <Result>(isPut: boolean, run: () => Promise<Result>): Promise<Result> => {
      if (sleeping) await wake.opened;
      const fate = dead ? "power-cut-before" : fateOf(effects++, isPut);
      if (fate === "pauses-before") await sleep();
      if (fate === "power-cut-before") dead = true;
      if (fate === "is-refused") throw new AwsError("AccessDenied", "Denied", { status: 403 });
      if (fate === "database-away") throw databaseGone(false);
      if (fate === "is-down") throw new AwsError("InternalError", "Down", { status: 500 });
      let result: Result | undefined;
      if (!dead) {
        underWay += 1;
        result = await run();
        underWay -= 1;
      }
      if (fate === "commit-in-doubt") throw databaseGone(true);
      if (fate === "power-cut-after") dead = true;
      if (fate === "pauses-after") await sleep();
      if (dead && underWay === 0) end();
      // The dead hear of nothing.
      return dead || result === undefined ? new Promise<never>(() => {}) : result;
    };
    const invoke = (async (
      _service: string,
      operation: string,
      input: object,
      together: InvokeOptions,
    ) => {
      if (operation === "AssumeRole") return { Credentials: { AccessKeyId: "ASIA" } };
      await effect(true, () => this.#put(input, together));
      return {};
    }) as unknown as Invoke;
    let engine: ScriptedEngine | undefined;
    const deps: IvsDependencies = {
      quotas: this.#change.quotas ?? {},
      store: mortal(this.store, this.#change.shared ?? false, (run) => effect(false, run)),
      clock: { nowMs: () => this.nowMs },
      ids: randomIds,
      events: new EventLog(() => {}),
      log: silent,
      invoke,
      dataDir: this.#folder,
      disk: UNWATCHED_DISK,
      durable: false,
      linkedRoles: {
        has: () => false,
        find: async () => undefined,
        inlinePolicyNames: async () => [],
        removeInlinePolicy: async () => {},
      },
      sessions: {
        findCredential: async () => ({
          secretAccessKey: "",
          caller: { principal: { kind: "anonymous" }, expiresAtMs: Number.MAX_SAFE_INTEGER },
          status: "Active",
        }),
      },
      publicBaseUrl: "http://localhost:1",
      nodeUrl: place.nodeUrl,
      folderId: place.folderId,
      ingestHost: "localhost",
      sealingKey: Buffer.alloc(32, 1),
      metrics: { put: () => {} },
      media: {
        renderRecordingPlaylists,
        keptRecordings: new KeptRecordings(place.kept),
        certificateSha256: "",
        createEngine: (host) => {
          engine = new ScriptedEngine(host, () => this.nowMs);
          return engine;
        },
      },
    };
    const live = new LiveStreams(deps);
    if (!engine) throw new Error("LiveStreams makes its engine at once");
    return { live, engine, deps, died, paused: pause.opened, resume: wake.open };
  }

  async #put(input: object, { precondition, alongside }: InvokeOptions): Promise<true> {
    const { Key, Body } = input as { Key: string; Body: AsyncIterable<Uint8Array> };
    const chunks: Uint8Array[] = [];
    for await (const chunk of Body) chunks.push(chunk);
    await this.store.transaction(async (tx) => {
      await precondition?.(tx);
      await alongside?.(tx);
      this.bucket.set(Key, Buffer.concat(chunks).toString());
    });
    return true;
  }
}

/** Something that others wait for. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function databaseGone(commitUnknown: boolean): StoreUnavailableError {
  return new StoreUnavailableError("Gone", { condition: "unavailable", commitUnknown });
}

/** The store of a life: each of its transactions is an effect. */
function mortal(
  store: Store,
  shared: boolean,
  effect: (run: () => Promise<unknown>) => Promise<unknown>,
): Store {
  const transact: Transact = async <R>(
    run: (tx: Transaction) => Promise<R>,
    options?: TransactionOptions,
  ) => {
    const made = await effect(async () => ({ result: await store.transaction(run, options) }));
    return (made as { result: R }).result;
  };
  const patient = new PatientTransactions(transact, 0);
  const wrapped: Store = {
    shared,
    db: store.db,
    transaction: (run, options = {}) =>
      options.patient ? patient.run(run, options) : transact(run, options),
    tables: <U extends Tables>() => wrapped as unknown as Store<U>,
  };
  return wrapped;
}

const configuration: RecordingConfigurationRow = {
  ...PLACE,
  id: "configuratio",
  name: "",
  bucket_name: "recordings",
  thumbnail_configuration: '{"recordingMode":"DISABLED"}',
  rendition_configuration: '{"renditionSelection":"ALL"}',
  reconnect_window_seconds: 0,
  settled_state: "ACTIVE",
  settles_at_ms: 0,
};

const channel: ChannelRow = {
  ...PLACE,
  ...DEFAULT_CHANNEL_SETTINGS,
  id: "channelchann",
  name: "stage",
  recording_configuration_arn: CONFIGURATION_ARN,
  srt_passphrase: "",
};

const streamKey: StreamKeyRow = {
  ...PLACE,
  id: "streamkeystr",
  channel_id: channel.id,
  value: STREAM_KEY,
};
