import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { calledThrough } from "../../../../kernel/call-chain.ts";
import { SecretBox } from "../../../../kernel/crypto/secret-box.ts";
import { EventLog } from "../../../../kernel/event-log.ts";
import { randomIds } from "../../../../kernel/ids.ts";
import { type SubjectHandler, subjectOf } from "../../../../kernel/operations.ts";
import { UNWATCHED_DISK } from "../../../../kernel/ports/disk-space.ts";
import type { OutsideService } from "../../../../kernel/ports/linked-services.ts";
import type { Log } from "../../../../kernel/ports/log.ts";
import type { Caller } from "../../../../kernel/principal.ts";
import { RequestContext } from "../../../../kernel/request-context.ts";
import type { Migration, Store, Transaction } from "../../../../kernel/store.ts";
import { openStore } from "../../../../storage/open-store.ts";
import type { SharedDatabase } from "../../../../storage/postgres/postgres-store.ts";
import type { OpenedStore } from "../../../../storage/store.ts";
import { AwsManagedPolicies, readManagedPolicies } from "../../catalogue/aws-managed-policies.ts";
import {
  LinkedRoleTemplates,
  policiesBesideCatalogue,
} from "../../catalogue/linked-role-templates.ts";
import { Generations } from "../../changes/generations.ts";
import { LastUsed } from "../../last-used/last-used.ts";
import { iamMigrations } from "../../migrations.ts";
import type { IamParts } from "../../parts.ts";
import { attachedPolicyOperations } from "../../policies/attached-policies.ts";
import { inlinePolicyOperations } from "../../policies/inline-policies.ts";
import { permissionsBoundaryOperations } from "../../policies/permissions-boundaries.ts";
import { instanceProfileOperations } from "../../roles/instance-profiles.ts";
import { roleOperations } from "../../roles/roles.ts";
import { tagOperations } from "../../tags/tags.ts";
import { createServiceLinkedRoles, type ServiceLinkedRolePart } from "../service-linked-roles.ts";

export const ACCOUNT_ID = "000000000000";

export interface CallOptions {
  readonly accountId?: string;
  readonly transaction?: Transaction;
  readonly invokedBy?: string;
}

/** Runs after `run`, still inside the transaction. */
export type TransactionCheck = (tx: Transaction) => Promise<void>;

export interface IamWorldOptions {
  /** Made when left out. */
  readonly folder?: string;
  readonly migrations?: readonly Migration[];
  readonly beforeCommit?: TransactionCheck;
  readonly outsideServices?: readonly OutsideService[];
  /** The database that several worlds share; left out, a file in the folder. */
  readonly database?: SharedDatabase;
  readonly nowMs?: () => number;
}

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** IAM's real operations on a real store in a folder, without the gateway around them. */
export class IamWorld {
  readonly folder: string;
  readonly store: Store;
  readonly roles: ServiceLinkedRolePart;
  readonly generations: Generations;
  readonly #opened: OpenedStore;
  readonly #nowMs: () => number;
  readonly #operations: ReturnType<typeof roleOperations>;

  private constructor(
    folder: string,
    opened: OpenedStore,
    managedPolicies: Buffer,
    options: IamWorldOptions,
  ) {
    this.folder = folder;
    this.#opened = opened;
    this.#nowMs = options.nowMs ?? Date.now;
    this.store = options.beforeCommit ? checked(opened, options.beforeCommit) : opened;
    this.generations = new Generations({ store: this.store, ids: randomIds });
    const parts: IamParts = {
      store: this.store,
      clock: { nowMs: this.#nowMs },
      ids: randomIds,
      events: new EventLog(() => {}),
      log: silent,
      invoke: () => Promise.reject(new Error("IAM invokes nothing")),
      dataDir: folder,
      disk: UNWATCHED_DISK,
      durable: false,
      generations: this.generations,
      awsPolicies: new AwsManagedPolicies(
        managedPolicies,
        policiesBesideCatalogue(options.outsideServices ?? [], 1),
      ),
      secrets: new SecretBox(new Uint8Array(32), "test"),
      lastUsed: new LastUsed(this.store, silent),
      organizations: [],
      roleDeletionDelayMs: 200,
      outboundIssuer: (id) => `http://localhost/${id}`,
      templates: new LinkedRoleTemplates(options.outsideServices ?? []),
      outgoing: { check: () => {} },
    };
    this.roles = createServiceLinkedRoles(parts);
    this.#operations = {
      ...roleOperations(parts),
      ...inlinePolicyOperations(parts),
      ...attachedPolicyOperations(parts),
      ...permissionsBoundaryOperations(parts),
      ...instanceProfileOperations(parts),
      ...tagOperations(parts),
      ...this.roles.operations,
    };
  }

  static async open(options: IamWorldOptions = {}): Promise<IamWorld> {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), "rolecast-iam-"));
    const opened = await openStore({
      shared: options.database,
      file: join(folder, "state.db"),
      durable: false,
      migrations: [...iamMigrations, ...(options.migrations ?? [])],
      nowMs: () => 1,
    });
    return new IamWorld(folder, opened, await readManagedPolicies(), options);
  }

  /** As the operation's handler would be reached from outside, or by a service's `invoke`. */
  async call<Output>(operation: string, input: object, options: CallOptions = {}): Promise<Output> {
    const { accountId = ACCOUNT_ID, transaction, invokedBy } = options;
    const arn = `arn:aws:iam::${accountId}:root`;
    const root: Caller = { principal: { kind: "root", accountId, arn } };
    const caller = invokedBy === undefined ? root : calledThrough(root, invokedBy);
    const handler = this.#operations[operation] as unknown as SubjectHandler<
      object,
      Output,
      unknown
    >;
    const context = new RequestContext({
      requestId: randomIds.uuid(),
      service: "iam",
      operation,
      region: "us-east-1",
      caller,
      nowMs: this.#nowMs(),
      sourceIp: undefined,
      userAgent: undefined,
      secure: true,
      store: this.store,
      invoke: () => Promise.reject(new Error("IAM invokes nothing")),
      ...(transaction === undefined ? {} : { transaction }),
    });
    const decidable = await handler.authorize(input, context);
    return handler.handle(input, context, subjectOf(decidable));
  }

  /** Works off every pending deletion. */
  async finishDeletions(): Promise<void> {
    while (await this.roles.step());
  }

  /** A folder to open with all that a power cut would leave at this moment. */
  snapshot(): string {
    const folder = mkdtempSync(join(tmpdir(), "rolecast-iam-"));
    for (const name of ["state.db", "state.db-wal"]) {
      const source = join(this.folder, name);
      if (existsSync(source)) copyFileSync(source, join(folder, name));
    }
    return folder;
  }

  /** Forgets everything; the schema stays. */
  empty(): Promise<void> {
    return this.#opened.empty();
  }

  async close(): Promise<void> {
    await this.#opened.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The same store, whose transactions are looked at before each commit. */
function checked(store: Store, check: TransactionCheck): Store {
  const wrapped: Store = {
    shared: store.shared,
    db: store.db,
    transaction: (run) =>
      store.transaction(async (tx) => {
        const result = await run(tx);
        await check(tx);
        return result;
      }),
    tables: () => wrapped as never,
  };
  return wrapped;
}
