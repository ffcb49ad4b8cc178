import { patternFor, type ResourceRule } from "@rolecast/policy";

/** When something was used, in milliseconds since the epoch. */
export interface UseTimes {
  firstMs: number;
  lastMs: number;
  /** The last time that it was denied; 0 if it never was. */
  deniedMs: number;
}

/** A use of one resource, or of all that match a pattern. */
export interface ResourceUse extends UseTimes {
  /** An ARN, "*", or a pattern. */
  readonly resource: string;
  readonly isPattern: boolean;
  /** The `lastMs` that the database has; 0 before it has any. */
  writtenMs: number;
}

/** An action on more resources than these is remembered by prefix, on more prefixes by service. */
export const RESOURCES_MAX = 200;

const RULES: readonly ResourceRule[] = ["exact", "prefix", "service"];

/**
 * The resources that one action was used on. Their number is bounded: once there are too many, each
 * becomes all that begin alike up to the last slash, and then all of the service.
 */
export class UsedResources {
  #uses = new Map<string, ResourceUse>();
  #level = 0;
  /** Since the last `written`, uses became patterns: rows of theirs may be in the database. */
  #isFolded = false;

  get size(): number {
    return this.#uses.size;
  }

  get isFolded(): boolean {
    return this.#isFolded;
  }

  values(): Iterable<ResourceUse> {
    return this.#uses.values();
  }

  /** Uses that the database doesn't have, or with a `lastMs` of more than so long before. */
  changed(afterMs: number): readonly ResourceUse[] {
    const limit = ({ writtenMs }: ResourceUse) => (writtenMs === 0 ? 0 : writtenMs + afterMs);
    return [...this.#uses.values()].filter((use) => use.lastMs > limit(use));
  }

  /** The database has these as they were when they were given, and no row of what is folded. */
  written(uses: readonly ResourceUse[]): void {
    this.#isFolded = false;
    for (const use of uses) use.writtenMs = use.lastMs;
  }

  note(resource: string, isDenied: boolean, atMs: number): void {
    const use = this.#uses.get(resource);
    if (use && this.#level === 0) {
      use.lastMs = Math.max(use.lastMs, atMs);
      if (isDenied) use.deniedMs = atMs;
      return;
    }
    this.#add(resource, false, { firstMs: atMs, lastMs: atMs, deniedMs: isDenied ? atMs : 0 });
  }

  /** Takes what the database has. */
  load(resource: string, isPattern: boolean, times: UseTimes): void {
    if (isPattern && this.#level === 0) this.#fold(1);
    this.#add(resource, isPattern, times).writtenMs = times.lastMs;
  }

  #add(resource: string, isPattern: boolean, times: UseTimes): ResourceUse {
    const rule = RULES[this.#level] ?? "service";
    const isPrefix = isPattern && rule === "prefix";
    const key = rule === "exact" || isPrefix ? resource : patternFor(resource, rule);
    const known = this.#uses.get(key);
    if (known) {
      known.firstMs = Math.min(known.firstMs, times.firstMs);
      known.lastMs = Math.max(known.lastMs, times.lastMs);
      known.deniedMs = Math.max(known.deniedMs, times.deniedMs);
      return known;
    }
    const { firstMs, lastMs, deniedMs } = times;
    const use = { resource: key, isPattern: this.#level > 0, firstMs, lastMs, deniedMs };
    const added: ResourceUse = { ...use, writtenMs: 0 };
    this.#uses.set(key, added);
    const next = this.#level + 1;
    if (this.#uses.size > RESOURCES_MAX && next < RULES.length) this.#fold(next);
    return added;
  }

  #fold(level: number): void {
    const uses = [...this.#uses.values()];
    this.#uses = new Map();
    this.#level = level;
    this.#isFolded = true;
    for (const use of uses) this.#add(use.resource, use.isPattern, use);
  }
}
