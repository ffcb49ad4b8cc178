import type pg from "pg";
import { threadTimeMs } from "./thread-time.ts";

/**
 * The processor time that PostgreSQL uses for each of several clients, which are told apart by the
 * `application_name` of their URLs. Connections come and go: it has to be asked now and then.
 */
export class DatabaseTime {
  readonly #monitor: pg.Client;
  readonly #connections = new Map<number, { readonly client: string; usedMs: number }>();
  readonly #usedMs = new Map<string, number>();

  constructor(monitor: pg.Client) {
    this.#monitor = monitor;
  }

  /** The time so far of a client, since this was asked first, in milliseconds. */
  async usedMs(client: string): Promise<number> {
    await this.look();
    return this.#usedMs.get(client) ?? 0;
  }

  async look(): Promise<void> {
    const { rows } = await this.#monitor.query<{ pid: number; client: string }>(
      `select pid, application_name as client from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    for (const { pid, client } of rows) {
      const usedMs = threadTimeMs(pid);
      const known = this.#connections.get(pid);
      const sinceMs = usedMs - (known?.client === client ? known.usedMs : 0);
      this.#connections.set(pid, { client, usedMs });
      this.#usedMs.set(client, (this.#usedMs.get(client) ?? 0) + sinceMs);
    }
  }
}
