import { connect as connectPlain, isIP, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { after, type CallOff } from "../../../kernel/work/timers.ts";
import type { AnswerHead } from "./answer-head.ts";
import { type StoreAnswer, StoreConnection, timeoutError } from "./store-connection.ts";

/** Stores close connections that carry nothing for longer: AWS's after some 20 s. */
const IDLE_MS_MAX = 15_000;
/** A store's own limit, in seconds. */
const KEEP_ALIVE = /(?:^|[,\s])timeout=(\d{1,6})/i;
/** A connection isn't used any more so long before the store would close it. */
const BEFORE_CLOSE_MS = 1_000;

/** A request whose body is sent piece by piece. */
export interface OpenRequest {
  /** Resolves when the answer begins, which may be before the body's end. */
  readonly answer: Promise<StoreAnswer>;
  /**
   * The bytes mustn't change before the answer, or `onSent`, which is called when the operating
   * system has them or the connection is over.
   */
  readonly send: (pieces: readonly Buffer[], isLast: boolean, onSent?: () => void) => void;
  /** Ends the request's connection unless it has its answer. */
  readonly breakOff: (error: Error) => void;
}

export interface OpenOptions {
  /** True: over a new connection, of which nothing can be wrong but the store. */
  readonly isFresh: boolean;
}

interface Idle {
  readonly connection: StoreConnection;
  readonly callOff: CallOff;
}

/** Connections to an object store, kept between requests. */
export class StoreConnections {
  readonly #open: (onread: OnReadOpts) => Socket;
  readonly #all = new Set<StoreConnection>();
  /** The one that was used last is the last. */
  readonly #idle: Idle[] = [];

  constructor(store: URL) {
    const host = store.hostname.replace(/^\[(.*)\]$/, "$1");
    const isSecure = store.protocol === "https:";
    const options = { host, port: Number(store.port) || (isSecure ? 443 : 80) };
    // An address isn't a server's name in TLS.
    const servername = isIP(host) === 0 ? host : "";
    const tls = { ...options, servername, ALPNProtocols: ["http/1.1"] };
    this.#open = (onread) => {
      if (!isSecure) return connectPlain({ ...options, onread });
      const secure = { ...tls, onread };
      return connectTls(secure);
    };
  }

  /** Resolves when the answer begins; rejects with TimeoutError after `answerMs` without one. */
  async ask(head: string, body: readonly Buffer[], answerMs: number): Promise<StoreAnswer> {
    const { answer, send, breakOff } = this.begin(head);
    const callOff = after(answerMs, () => breakOff(timeoutError()));
    send(body, true);
    try {
      return await answer;
    } finally {
      callOff();
    }
  }

  begin(head: string, { isFresh }: OpenOptions = { isFresh: false }): OpenRequest {
    const connection = isFresh ? this.#openOne() : this.#take();
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    const answer = connection.begin(head);
    inBackground(answer.then(over, over));
    return {
      answer,
      send: (pieces, isLast, onSent) => {
        if (isOver) onSent?.();
        else connection.send(pieces, isLast, onSent);
      },
      breakOff: (error) => {
        if (!isOver) connection.destroy(error);
      },
    };
  }

  destroy(): void {
    for (const connection of this.#all) connection.destroy();
  }

  #take(): StoreConnection {
    for (let kept = this.#idle.pop(); kept; kept = this.#idle.pop()) {
      kept.callOff();
      if (!kept.connection.isOpen) continue;
      kept.connection.isRef = true;
      return kept.connection;
    }
    return this.#openOne();
  }

  #openOne(): StoreConnection {
    const opened = new StoreConnection({
      open: this.#open,
      onIdle: (one, answer) => this.#keep(one, answer),
      onClosed: (one) => {
        const at = this.#idle.findIndex(({ connection }) => connection === one);
        if (at >= 0) this.#idle.splice(at, 1)[0]?.callOff();
        this.#all.delete(one);
      },
    });
    this.#all.add(opened);
    return opened;
  }

  #keep(connection: StoreConnection, { headers }: AnswerHead): void {
    const seconds = KEEP_ALIVE.exec(headers["keep-alive"] ?? "")?.[1];
    const theirsMs = seconds === undefined ? IDLE_MS_MAX : Number(seconds) * 1_000;
    const idleMs = Math.min(IDLE_MS_MAX, theirsMs - BEFORE_CLOSE_MS);
    if (idleMs <= 0) return void connection.destroy();
    connection.isRef = false;
    const callOff = after(idleMs, () => connection.destroy());
    this.#idle.push({ connection, callOff });
  }
}
