import type { Organizations } from "../../../kernel/organization.ts";
import { type ChangeCounter, ORGANIZATIONS_KEY } from "../../../kernel/ports/change-counter.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import type { OrganizationDirectory } from "../../../kernel/ports/organizations.ts";
import { ReadableRows } from "../../../kernel/readable-rows.ts";
import type { Store } from "../../../kernel/store.ts";
import { OneAtATime } from "../../../kernel/work/one-at-a-time.ts";
import type { OrganizationsTables } from "../tables.ts";
import { readOrganizations } from "./read-organizations.ts";

/**
 * Keeps the organizations in memory for decisions, and reads them anew after a change: one of this
 * process, or of another node, which every request learns of before it is decided.
 */
export class StoredOrganizations implements OrganizationDirectory {
  readonly #store: Store<OrganizationsTables>;
  readonly #changes: ChangeCounter;
  readonly #reading = new OneAtATime(() => this.#read());
  #known: { readonly readAt: number; readonly organizations: Organizations } | undefined;

  readonly #rows: ReadableRows;

  constructor(store: Store, changes: ChangeCounter, log: Log) {
    this.#rows = new ReadableRows("organizations", log);
    this.#store = store.tables<OrganizationsTables>();
    this.#changes = changes;
  }

  current(): Organizations | undefined {
    const known = this.#known;
    return known && this.#changes.of(ORGANIZATIONS_KEY) <= known.readAt
      ? known.organizations
      : undefined;
  }

  async read(): Promise<Organizations> {
    await this.#reading.run();
    return this.#known?.organizations ?? this.read();
  }

  async #read(): Promise<void> {
    const readAt = this.#changes.current();
    const organizations = await readOrganizations(this.#store.db, this.#rows);
    this.#known = { readAt, organizations };
  }
}
