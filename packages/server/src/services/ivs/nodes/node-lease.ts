import type { Ids } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { Store } from "../../../kernel/store.ts";
import { SilenceWatch } from "../../../kernel/work/silence-watch.ts";
import type { IvsTables, NodeRow } from "../tables.ts";

/** A node says this often that it lives, and looks at the others. */
const BEAT_MS = 2_000;
/** A node that says nothing for so long has lost what it had. */
const LEASE_MS = 10_000;

export interface NodeLeaseOptions {
  readonly store: Store;
  readonly ids: Ids;
  readonly log: Log;
  /** Where the other nodes reach this one. */
  readonly url: () => string;
  /** This node was taken for dead: what it had is another's, or nobody's. */
  readonly lost: () => Promise<void>;
  /** After each look at the others. */
  readonly looked: () => Promise<void>;
}

/**
 * This process's place among those that share the database. A node lives as long as its counter
 * rises. Whoever is first to remove the row of a silent node has ended its lease; what makes that
 * safe is the fencing token of what the node had (docs/adr/0012).
 */
export class NodeLease {
  readonly #options: NodeLeaseOptions;
  readonly #store: Store<IvsTables>;
  readonly #silence = new SilenceWatch(BEAT_MS, LEASE_MS);
  #id = "";
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #open = false;

  constructor(options: NodeLeaseOptions) {
    this.#options = options;
    this.#store = options.store.tables<IvsTables>();
  }

  /** Another one after each lease; empty where nobody shares the database. */
  get id(): string {
    return this.#id;
  }

  /** Takes a place. What listens where this process does now isn't a process before it any more. */
  async register(): Promise<void> {
    if (!this.#store.shared) return;
    await this.#enter((url) =>
      this.#store.transaction(async ({ db }) => {
        await db.deleteFrom("ivs_nodes").where("url", "=", url).execute();
      }),
    );
  }

  start(): void {
    if (!this.#store.shared) return;
    this.#open = true;
    this.#silence.begin();
    this.#beatLater();
  }

  /** Gives the place up: what is left here may be taken at once. */
  async close(): Promise<void> {
    this.#open = false;
    clearTimeout(this.#timer);
    await this.#round;
    if (this.#id !== "") await this.#remove({ node_id: this.#id });
    this.#id = "";
  }

  #beatLater(): void {
    if (!this.#open) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#beat()
        .catch((error: unknown) => {
          this.#options.log.warn({ err: error }, "This node could not renew its lease");
        })
        .finally(() => this.#beatLater());
    }, BEAT_MS);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    if (!(await this.#renew())) {
      this.#options.log.warn({ nodeId: this.#id }, "This node lost its lease; its streams end");
      // A new name first: whatever still carries the old one is refused from here on.
      await this.#enter();
      await this.#options.lost();
    }
    for (const row of await this.#silentNodes())
      if (await this.#remove(row))
        this.#options.log.warn({ nodeId: row.node_id, url: row.url }, "A node's lease has ended");
    await this.#options.looked();
  }

  async #renew(): Promise<boolean> {
    return this.#store.transaction(async ({ db }) => {
      const { numUpdatedRows } = await db
        .updateTable("ivs_nodes")
        .set((set) => ({ beat: set("beat", "+", 1) }))
        .where("node_id", "=", this.#id)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  async #enter(before?: (url: string) => Promise<void>): Promise<void> {
    const url = this.#options.url();
    await before?.(url);
    this.#id = this.#options.ids.uuid();
    const row = { node_id: this.#id, url, beat: 0 };
    await this.#store.transaction(async ({ db }) => {
      await db.insertInto("ivs_nodes").values(row).execute();
    });
  }

  /** Those whose counter stood still for a whole lease. */
  async #silentNodes(): Promise<readonly NodeRow[]> {
    const nodes = await this.#store.db.selectFrom("ivs_nodes").selectAll().execute();
    const others = nodes.filter(({ node_id: id }) => id !== this.#id);
    return this.#silence.look(others.map((row) => ({ ...row, id: row.node_id })));
  }

  /** False when the node has said something meanwhile, or another one was first. */
  #remove({ node_id: id, beat }: Pick<NodeRow, "node_id"> & Partial<NodeRow>): Promise<boolean> {
    return this.#store.transaction(async ({ db }) => {
      let removal = db.deleteFrom("ivs_nodes").where("node_id", "=", id);
      if (beat !== undefined) removal = removal.where("beat", "=", beat);
      const { numDeletedRows } = await removal.executeTakeFirst();
      return numDeletedRows > 0n;
    });
  }
}
