import type { RootAccount } from "./config/root-accounts.ts";
import type { Config } from "./config/settings.ts";
import type { ReadyScripts } from "./gateway/localstack-routes.ts";
import type { OperationCoverage } from "./gateway/operation-coverage.ts";
import type { Invoke } from "./kernel/invoke.ts";
import type { Log } from "./kernel/ports/log.ts";
import type { Drain } from "./kernel/ports/own-routes.ts";
import type { ReachedProtocol } from "./services/ivs/ingest-protocols.ts";
import type { ServiceCredentialsFile } from "./storage/service-credential-files.ts";
import type { StoreHealth } from "./storage/store-monitor.ts";

/** A server that is ready. */
export interface RunningServer {
  readonly config: Config;
  /** `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** After a reset one that was chosen freely may be another. */
  readonly ports: Readonly<Record<"http" | ReachedProtocol, number>>;
  /** The default account's root user's key. */
  readonly root: RootAccount;
  /** The same key, if it was generated and not yet shown. It is never logged. */
  readonly generatedRoot: RootAccount | undefined;
  /**
   * Call this after showing the generated key: later servers of this data folder won't return it.
   */
  readonly noteRootKeyShown: () => Promise<void>;
  /** The default account's root key, when it is `test`/`test`. */
  readonly testRoot: RootAccount | undefined;
  /** The services of the setting `linkedServices`, each with the file that holds its key. */
  readonly linkedServices: readonly ServiceCredentialsFile[];
  /** PEM file that RTMPS clients can be made to trust. */
  readonly certificateFile: string;
  /**
   * By service: the operations of AWS's API that work, and those that answer NotImplemented. Loads
   * all services.
   */
  operations(): Promise<Readonly<Record<string, OperationCoverage>>>;
  /** Acts inside the process, decided like a request from outside. */
  readonly invoke: Invoke;
  /** Sets the scripts that LocalStack's init route reports. */
  readonly showReadyScripts: (scripts: ReadyScripts) => void;
  /**
   * Empties everything but the accounts' root keys. Rejects within 12 s where something hangs: the
   * server has to be restarted then, and has kept everything.
   */
  reset(): Promise<void>;
  /**
   * Resolves with the reason when this process can no longer write the database, or a reset has
   * failed half-way, and it has to be restarted. Otherwise it stays pending.
   */
  readonly failed: Promise<string>;
  /**
   * Takes no new streams and ends with the last one, or after `timeoutMs`; what other nodes can go
   * on with is theirs at once. Returns at once.
   */
  readonly drain: Drain;
  /** Resolves when a drain is over; how everything has ended, `close` says. */
  readonly drained: Promise<void>;
  /**
   * Ends streams and recordings properly, then everything else. Rejects within 12 s, naming what
   * hangs: the process may end then, and the next one goes on as after a crash.
   */
  close(): Promise<void>;
}

/** Logs the database's condition; resolves with the reason once it has failed for good. */
export function watchStore(store: StoreHealth, log: Log): Promise<string> {
  return new Promise((resolve) => {
    store.onChange(({ condition, message = "" }) => {
      if (condition === "ok") log.warn({}, "the database takes changes again");
      else log.error({ condition, error: message }, "the database takes no changes");
      if (condition === "failed") resolve(message);
    });
  });
}
