import { createHash } from "node:crypto";
import type pg from "pg";
import { errorClass } from "../../kernel/error-class.ts";
import { randomIds } from "../../kernel/ids.ts";
import type { Log } from "../../kernel/ports/log.ts";
import type { NodeListener, NodeMessages } from "../../kernel/ports/node-messages.ts";
import { StoreUnavailableError } from "../../kernel/store.ts";
import { inBackground } from "../../kernel/work/in-background.ts";
import { Periodic } from "../../kernel/work/periodic.ts";
import { pause } from "../../kernel/work/timers.ts";
import { storeErrorOf, unreachable } from "./postgres-errors.ts";
import { openPool } from "./postgres-pool.ts";

/**
 * Characters of a text in one notification, which PostgreSQL bounds to 8,000 bytes: a character of
 * JavaScript's takes three bytes at most, and the rest is for what tells notifications apart.
 */
const PART_LENGTH_MAX = 2_600;
/** Texts that one statement passes on. */
const TEXTS_PER_STATEMENT = 200;
/** Texts that wait for their statement; a further one is refused. */
const WAITING_MAX = 10_000;
/** The connection is asked for a sign of life this often, so that a lost one is soon noticed. */
const BEAT_MS = 2_000;
const RETRY_MS = 500;

interface Waiting {
  readonly parts: readonly string[];
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Passes texts on by PostgreSQL's NOTIFY, whose notifications reach every session in the order of
 * their commits. One connection both sends and listens: a node that can't listen can't publish.
 * Statements go one after the other: texts that come meanwhile share the next.
 */
export class PostgresMessages implements NodeMessages {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #listeners = new Map<string, NodeListener>();
  readonly #node = randomIds.alphanumeric(8);
  readonly #beats: Periodic;
  readonly #waiting: Waiting[] = [];
  /** Parts of longer texts whose last one hasn't come, by the text's name. */
  readonly #incomplete = new Map<string, string>();
  #client: pg.PoolClient | undefined;
  #channel = "";
  #published = 0;
  #isPumping = false;
  #isClosed = false;
  #opening: Promise<void> | undefined;

  constructor(url: string, log: Log) {
    this.#log = log;
    const onIdleError = () => this.#broken(this.#client);
    this.#pool = openPool({ url, purpose: "messages", connectionsMax: 1, onIdleError });
    this.#beats = new Periodic({
      everyMs: BEAT_MS,
      round: () => this.#beat(),
      failed: (error) => log.warn({ error: errorClass(error) }, "messages between nodes"),
    });
  }

  listen(topic: string, listener: NodeListener): void {
    this.#listeners.set(topic, listener);
  }

  open(): Promise<void> {
    this.#beats.start();
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async publish(topic: string, text: string): Promise<void> {
    if (!this.#client) await this.open();
    if (this.#waiting.length >= WAITING_MAX)
      throw new StoreUnavailableError("Too many messages wait for the database.");
    const name = `${this.#node}${(this.#published++).toString(36)}`;
    const texts = partsOf(text);
    const last = texts.length - 1;
    const parts = texts.map(
      (part, at) => `${name}.${at}${at === last ? "!" : ""} ${topic} ${part}`,
    );
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ parts, resolve, reject });
      inBackground(this.#pump());
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
    await this.#beats.close();
    this.#broken(this.#client);
    await this.#pool.end();
  }

  async #connect(): Promise<void> {
    if (this.#client) return;
    const client = await this.#pool.connect();
    try {
      // A notification reaches all schemas of a database: each has a channel of its own.
      const { rows } = await client.query("select current_schema() as name");
      const digest = createHash("sha256").update(String(rows[0]?.name)).digest("hex");
      this.#channel = `rolecast_${digest.slice(0, 32)}`;
      client.on("notification", ({ payload = "" }) => this.#received(payload));
      client.once("end", () => this.#broken(client));
      await client.query(`listen ${this.#channel}`);
      // Nothing that these commits write has to be on a disk.
      await client.query("set synchronous_commit = off");
    } catch (error) {
      client.release(true);
      throw storeErrorOf(error);
    }
    this.#client = client;
  }

  async #beat(): Promise<void> {
    const client = this.#client;
    if (!client) return this.open();
    try {
      await client.query("select 1");
    } catch {
      this.#broken(client);
    }
  }

  /** Drops the connection, once, and lets listeners know. */
  #broken(client: pg.PoolClient | undefined): void {
    if (!client || client !== this.#client) return;
    this.#client = undefined;
    this.#incomplete.clear();
    client.removeAllListeners("notification");
    client.release(true);
    const error = unreachable("nodes don't hear each other");
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    if (this.#isClosed) return;
    this.#log.warn({}, "the way between the nodes is broken; it is opened again");
    for (const { interrupted } of this.#listeners.values()) interrupted();
    inBackground(pause(RETRY_MS, { background: true }).then(() => this.#beats.wake()));
  }

  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#client && this.#waiting.length > 0) await this.#send(this.#client);
    } finally {
      this.#isPumping = false;
    }
  }

  async #send(client: pg.PoolClient): Promise<void> {
    const texts = this.#waiting.splice(0, TEXTS_PER_STATEMENT);
    try {
      await client.query(
        `select pg_notify($1, part)
          from unnest($2::text[]) with ordinality as each (part, place) order by place`,
        [this.#channel, texts.flatMap(({ parts }) => parts)],
      );
      for (const { resolve } of texts) resolve();
    } catch (error) {
      this.#broken(client);
      for (const { reject } of texts) reject(storeErrorOf(error));
    }
  }

  #received(payload: string): void {
    const [, name = "", , last, topic = "", part = ""] =
      /^(\w+)\.(\d+)(!?) (\S+) (.*)$/s.exec(payload) ?? [];
    const text = (this.#incomplete.get(name) ?? "") + part;
    if (last === "!") {
      this.#incomplete.delete(name);
      this.#listeners.get(topic)?.received(text);
    } else this.#incomplete.set(name, text);
  }
}

/** Cuts a text between characters, never inside of a surrogate pair. */
function partsOf(text: string): readonly string[] {
  if (text.length <= PART_LENGTH_MAX) return [text];
  const parts: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + PART_LENGTH_MAX);
    if (to < text.length && /[\uD800-\uDBFF]/.test(text.charAt(to - 1))) to -= 1;
    parts.push(text.slice(from, to));
    from = to;
  }
  return parts;
}
