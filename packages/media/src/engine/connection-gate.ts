import type { Socket } from "node:net";
import { ProxiedConnections } from "../ingest/proxied-connections.ts";
import type { MediaHost } from "../port/host.ts";
import type { MediaLimits } from "../port/limits.ts";
import { ConnectionPlaces } from "./connection-places.ts";

export interface ConnectionGateOptions {
  readonly host: Pick<MediaHost, "event">;
  readonly limits: MediaLimits;
  readonly now: () => number;
  readonly proxies: readonly string[] | undefined;
}

/** Lets connections in whose clients are known and have places. */
export class ConnectionGate {
  /** Connections of proxies that named no client as they should. */
  refused = 0;
  readonly #options: ConnectionGateOptions;
  readonly #places: ConnectionPlaces;
  readonly #proxied: ProxiedConnections;

  constructor(options: ConnectionGateOptions) {
    this.#options = options;
    this.#places = new ConnectionPlaces(options.limits);
    this.#proxied = new ProxiedConnections(options.proxies);
  }

  addressOf(socket: Socket): string {
    return this.#proxied.addressOf(socket);
  }

  /**
   * Gives a connection to `accept` if it is let in, at once or, after a proxy's header, paused.
   * `isDirect`: no proxy hands on what comes to its port.
   */
  admit(socket: Socket, isDirect: boolean, accept: (socket: Socket) => void): void {
    if (!this.#places.admit(socket)) {
      return;
    }
    const admitFrom = (address: string) => {
      if (this.#places.admitFrom(address, socket)) {
        accept(socket);
      }
    };
    const { remoteAddress = "" } = socket;
    if (isDirect || !this.#proxied.isProxied(socket)) {
      admitFrom(remoteAddress);
      return;
    }
    this.#proxied.introduce(socket, (introduced) => {
      if ("address" in introduced) {
        admitFrom(introduced.address);
      } else {
        this.#refuse(remoteAddress, introduced.refused);
      }
    });
  }

  #refuse(remoteAddress: string, reason: string): void {
    this.refused += 1;
    const about = { connectionId: "", remoteAddress, secure: false, reason };
    const { host, now } = this.#options;
    host.event({ type: "publish-refused", atMs: now(), ...about });
  }

  /** Closes connections that weren't let in yet. */
  close(): void {
    this.#proxied.close();
  }
}
