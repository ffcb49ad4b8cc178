import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type CallOff, every } from "../kernel/work/timers.ts";
import { IDLE, type IncomingBody, TOO_SLOW } from "./request-body.ts";

/** Limits on one connection and on all together; tests set smaller ones. */
export interface ConnectionLimits {
  /** Connections at the same time; one address has half at most, unless it is a trusted proxy's. */
  readonly connectionsMax: number;
  /** The time from a request's first byte to the end of its headers. */
  readonly headersMs: number;
  /** A body that is waited for, and of which nothing comes for so long, is given up. */
  readonly idleMs: number;
  /** The rate of a body that is waited for, and of an answer that is being read. */
  readonly bytesPerSecondMin: number;
  /** A slower rate ends it after so long; an answer after twice that, since systems buffer it. */
  readonly slowMs: number;
  /** The rest of a body that wasn't read is thrown away for so long. */
  readonly drainMs: number;
  /** The interval in which all of this is checked. */
  readonly sweepMs: number;
  /** Requests of one connection that are answered at the same time: usual clients send one. */
  readonly pipelinedMax: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  // The setting maxConnections.
  connectionsMax: Number.POSITIVE_INFINITY,
  headersMs: 20_000,
  // As S3 does.
  idleMs: 20_000,
  bytesPerSecondMin: 1_024,
  slowMs: 60_000,
  drainMs: 60_000,
  sweepMs: 5_000,
  pipelinedMax: 32,
};

/** Counts connections, also by address. */
export class ConnectionCounts {
  readonly #connectionsMax: number;
  readonly #byAddress = new Map<string, number>();
  #open = 0;

  constructor({ connectionsMax }: ConnectionLimits) {
    this.#connectionsMax = connectionsMax;
  }

  /** Counts the socket until it closes. Returns false if there are too many. */
  admits(socket: Socket, address: string, isTrusted: boolean): boolean {
    const theirs = (this.#byAddress.get(address) ?? 0) + 1;
    const share = isTrusted ? this.#connectionsMax : Math.ceil(this.#connectionsMax / 2);
    if (this.#open >= this.#connectionsMax || theirs > share) return false;
    this.#open += 1;
    this.#byAddress.set(address, theirs);
    socket.once("close", () => this.#left(address));
    return true;
  }

  #left(address: string): void {
    this.#open -= 1;
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}

/** A request that is being read or answered. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly body: IncomingBody;
}

interface Watched extends Exchange {
  /** Its place in the list of all. */
  at: number;
  sinceMs: number;
  bytes: number;
  /** All bytes that the last sweep knew of. */
  seenBytes: number;
  /** Sweeps since then: time itself would pass in a server that is busy with something else. */
  idleSweeps: number;
  direction: "in" | "out" | undefined;
}

/** Ends requests whose body or whose reader is too slow. */
export class SlowClients {
  readonly #limits: ConnectionLimits;
  /**
   * A list rather than a Set: V8 links a Set's outgrown tables to their successors, and once one of
   * them is old, it kept every later request from being collected young.
   */
  readonly #watched: Watched[] = [];
  readonly #stopSweeping: CallOff;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
    this.#stopSweeping = every(limits.sweepMs, () => this.#sweep(performance.now()));
  }

  /** Watches an exchange until the returned object is passed to `unwatch`. */
  watch({ incoming, outgoing, body }: Exchange): Watched {
    const watched = {
      incoming,
      outgoing,
      body,
      at: this.#watched.length,
      sinceMs: 0,
      bytes: 0,
      seenBytes: 0,
      idleSweeps: 0,
      direction: undefined,
    };
    this.#watched.push(watched);
    return watched;
  }

  /** The last one takes its place. */
  unwatch(watched: Watched): void {
    const last = this.#watched.pop();
    if (last === undefined || last === watched) return;
    last.at = watched.at;
    this.#watched[last.at] = last;
  }

  close(): void {
    this.#stopSweeping();
  }

  #sweep(nowMs: number): void {
    for (const watched of this.#watched) this.#look(watched, nowMs);
  }

  #look(watched: Watched, nowMs: number): void {
    const { body, incoming } = watched;
    const waiting = waitedFor(watched);
    if (waiting === undefined || waiting.direction !== watched.direction) {
      watched.direction = waiting?.direction;
      watched.sinceMs = nowMs;
      watched.bytes = waiting?.bytes ?? 0;
      watched.seenBytes = watched.bytes;
      watched.idleSweeps = 0;
      return;
    }
    const { idleMs, sweepMs, slowMs, bytesPerSecondMin } = this.#limits;
    watched.idleSweeps = waiting.bytes === watched.seenBytes ? watched.idleSweeps + 1 : 0;
    watched.seenBytes = waiting.bytes;
    const isIdle = watched.idleSweeps * sweepMs >= idleMs;
    if (waiting.direction === "in" && isIdle && body.giveUp(IDLE)) return;
    const windowMs = waiting.direction === "in" ? slowMs : 2 * slowMs;
    const elapsedMs = nowMs - watched.sinceMs;
    if (elapsedMs < windowMs) return;
    const isSlow = waiting.bytes - watched.bytes < (bytesPerSecondMin * elapsedMs) / 1_000;
    watched.sinceMs = nowMs;
    watched.bytes = waiting.bytes;
    if (!isSlow) return;
    if (waiting.direction === "in" && body.giveUp(TOO_SLOW)) return;
    incoming.socket.destroy();
  }
}

/** Measures what comes from the client or goes to it; undefined if it isn't waited for. */
function waitedFor({ body, incoming, outgoing }: Exchange) {
  if (body.isAwaited) return { direction: "in" as const, bytes: body.receivedBytes };
  if (!outgoing.headersSent) return undefined;
  const { queued, written } = sentOn(incoming.socket);
  return queued > 0 ? { direction: "out" as const, bytes: written - queued } : undefined;
}

/**
 * Counts the bytes given to a socket's system, and those that the client's system hasn't got yet.
 * Node itself finds idle sockets by the handle's counts; its public ones include what still waits.
 */
function sentOn(socket: Socket): { readonly queued: number; readonly written: number } {
  const { _handle: handle } = socket as unknown as {
    readonly _handle?: { readonly writeQueueSize?: number; readonly bytesWritten?: number } | null;
  };
  return { queued: handle?.writeQueueSize ?? 0, written: handle?.bytesWritten ?? 0 };
}
