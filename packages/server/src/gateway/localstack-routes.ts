import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { hostname, platform } from "node:os";
import type { Clock } from "../kernel/clock.ts";
import type { Ids } from "../kernel/ids.ts";
import type { PlainRequest, PlainResponse } from "../kernel/service.ts";
import { VERSION } from "../kernel/version.ts";
import { plainJson } from "./plain-json.ts";

/** This can't be a bucket's name, so there can't be objects below it. */
export const LOCALSTACK_PREFIX = "/_localstack/";
const EDITION = "rolecast";
/** LocalStack's four stages. The command runs scripts only in READY. */
const STAGES = ["BOOT", "START", "READY", "SHUTDOWN"] as const;

/** The scripts of the setting `readyDir`, in LocalStack's words. */
export interface ReadyScripts {
  /** Whether all have ended, successfully or not. */
  readonly completed: boolean;
  readonly scripts: readonly ReadyScript[];
}

export interface ReadyScript {
  /** `10-users.sh`. */
  readonly name: string;
  readonly state: "UNKNOWN" | "RUNNING" | "SUCCESSFUL" | "ERROR";
}

export interface HealthReport {
  /** Changes can be kept. */
  readonly isWell: boolean;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The paths by which tools and test suites written for LocalStack wait for it and ask about it. */
export class LocalStackRoutes {
  readonly #clock: Clock;
  readonly #sessionId: string;
  readonly #startedMs: number;
  #readyScripts: ReadyScripts;

  constructor(clock: Clock, ids: Ids, readyDir: string | undefined) {
    this.#clock = clock;
    this.#sessionId = ids.uuid();
    this.#startedMs = clock.nowMs();
    this.#readyScripts = { completed: readyDir === undefined, scripts: [] };
  }

  showReadyScripts(readyScripts: ReadyScripts): void {
    this.#readyScripts = readyScripts;
  }

  /** Resolves with undefined for unknown paths. `health` is the part that this client may see. */
  async handle(
    { method, path }: PlainRequest,
    health: () => Promise<HealthReport>,
  ): Promise<PlainResponse | undefined> {
    if (method !== "GET" && method !== "HEAD") return undefined;
    const [what, stage, ...rest] = path.slice(LOCALSTACK_PREFIX.length).split("/");
    if (rest.length > 0) return undefined;
    if (what === "init") return this.#init(stage);
    if (stage !== undefined) return undefined;
    switch (what) {
      case "health": {
        const { isWell, facts } = await health();
        // LocalStack always answers 200; but scripts that wait with `curl -f` must keep waiting.
        return plainJson(isWell ? 200 : 503, { ...facts, edition: EDITION, version: VERSION });
      }
      case "info":
        return plainJson(200, this.#info());
      default:
        return undefined;
    }
  }

  #info() {
    const nowMs = this.#clock.nowMs();
    return {
      version: VERSION,
      edition: EDITION,
      // There is no licence; tools that check expect an active one.
      is_license_activated: true,
      session_id: this.#sessionId,
      machine_id: createHash("sha256").update(hostname()).digest("hex").slice(0, 12),
      system: platform(),
      is_docker: existsSync("/.dockerenv"),
      server_time_utc: new Date(nowMs).toISOString().slice(0, 19),
      uptime: Math.floor((nowMs - this.#startedMs) / 1000),
    };
  }

  #init(stage: string | undefined): PlainResponse | undefined {
    const completed = {
      BOOT: true,
      START: true,
      READY: this.#readyScripts.completed,
      SHUTDOWN: false,
    };
    const scripts = this.#readyScripts.scripts.map((one) => ({ stage: "READY", ...one }));
    if (stage === undefined) return plainJson(200, { completed, scripts });
    const asked = STAGES.find((one) => one === stage.toUpperCase());
    if (asked === undefined) return undefined;
    return plainJson(200, {
      completed: completed[asked],
      scripts: asked === "READY" ? scripts : [],
    });
  }
}
