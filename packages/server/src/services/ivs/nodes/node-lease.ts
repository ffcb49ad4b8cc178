import type { Clock } from "../../../kernel/clock.ts";
import type { Ids } from "../../../kernel/ids.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { NODE_ABILITIES } from "../../../kernel/ports/node-abilities.ts";
import { isLeftToAnother } from "../../../kernel/recordings/left-recordings.ts";
import type { Store } from "../../../kernel/store.ts";
import { Lease } from "../../../kernel/work/lease.ts";
import {
  deleteInherited,
  deleteNode,
  inheritNodes,
  insertNode,
  listNodes,
  renewNode,
} from "../rows/nodes.ts";
import type { IvsTables, NodeRow } from "../tables.ts";

/** A node raises its counter this often, and looks at the others'. */
const BEAT_MS = 2_000;
/** A node whose counter stands still for so long has lost what it had. */
const LEASE_MS = 10_000;

export interface NodeLeaseOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Stays with this node's folder, whichever process has it. */
  readonly folderId: string;
  /** The address at which other nodes reach this one. */
  readonly url: () => string;
  /** Runs when this node was taken for dead: what it had is another node's, or free. */
  readonly lost: () => Promise<void>;
  /** Runs after each look at the others; this node keeps its place however long it takes. */
  readonly looked: () => Promise<void>;
}

/**
 * This process's place among those that share the database. A node lives as long as its counter
 * rises. The first node to remove the row of a silent one has ended its lease; the fencing tokens
 * of what that node had make this safe (docs/adr/0012).
 */
export class NodeLease {
  readonly #options: NodeLeaseOptions;
  readonly #store: Store<IvsTables>;
  readonly #lease: Lease<NodeRow & { readonly id: string }>;
  #id = "";

  constructor(options: NodeLeaseOptions) {
    const { log } = options;
    this.#options = options;
    this.#store = options.store.tables<IvsTables>();
    this.#lease = new Lease({
      beatMs: BEAT_MS,
      silenceMs: LEASE_MS,
      own: () => [this.#id],
      renew: (id) => this.#store.transaction(({ db }) => renewNode(db, id)),
      lost: () => this.#loseAll(),
      rows: () => this.#nodes(),
      end: (silent) => this.#remove(silent),
      looked: async (ended) => {
        for (const { node_id: nodeId, url } of ended)
          log.warn({ nodeId, url }, "A node's lease has ended");
        await options.looked();
      },
      failed: (err) =>
        log.warn({ err }, "This node could not renew its lease, or look after what others left"),
    });
  }

  /** The name of this node under its present lease; empty where the database isn't shared. */
  get id(): string {
    return this.#id;
  }

  get folderId(): string {
    return this.#options.folderId;
  }

  /** Whether recordings of this owner wait for a process on another folder. */
  readonly isLeft = (owner: string): boolean =>
    isLeftToAnother(owner, this.folderId, this.#options.clock.nowMs());

  /**
   * Takes a place. A process that listened at this address before, or had this folder, has ended,
   * and this one is its heir: what it left on the disk is found here, and nowhere else.
   */
  async register(): Promise<void> {
    if (this.#store.shared) await this.#enter(inheritNodes);
  }

  start(): void {
    if (this.#store.shared) this.#lease.start();
  }

  /** Gives the place up: what is left here may be taken at once. */
  async close(): Promise<void> {
    await this.#lease.close();
    const id = this.#id;
    if (id !== "")
      await this.#store.transaction(async ({ db }) => {
        await deleteInherited(db, id);
        await deleteNode(db, id);
      });
    this.#id = "";
  }

  async #loseAll(): Promise<void> {
    const { log, lost } = this.#options;
    log.warn({ nodeId: this.#id }, "This node lost its lease; its streams end");
    // A new name first: whatever still carries the old one is refused from here on.
    await this.#enter();
    await lost();
  }

  async #enter(before?: typeof inheritNodes): Promise<void> {
    const { url, ids, folderId } = this.#options;
    const place = { url: url(), folder_id: folderId, abilities: NODE_ABILITIES.join(",") };
    const row = { ...place, node_id: ids.uuid(), beat: 0, heir: "" };
    this.#id = row.node_id;
    await this.#store.transaction(async ({ db }) => {
      await before?.(db, row);
      await insertNode(db, row);
    });
  }

  async #nodes() {
    const rows = await listNodes(this.#store.db);
    return rows.map((row) => ({ ...row, id: row.node_id }));
  }

  #remove({ node_id: id, beat }: Pick<NodeRow, "node_id"> & Partial<NodeRow>): Promise<boolean> {
    return this.#store.transaction(({ db }) => deleteNode(db, id, beat));
  }
}
