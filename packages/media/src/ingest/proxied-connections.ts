import { BlockList, isIP, type Socket } from "node:net";
import { PROXY_HEADER_BYTES_MAX, readProxyHeader } from "./proxy-header.ts";

/** A proxy sends its header at once; a lost packet is sent again within a second. */
const HEADER_MS = 5_000;

/** A connection whose client is known, or not at all. */
export type Introduced =
  | { readonly address: string }
  /** For the log. The connection is closed. */
  | { readonly refused: string };

/**
 * Knows the clients of connections that proxies in front hand on. Those begin with a PROXY header
 * that names the client, where they come from the proxies' addresses; from others none is read.
 */
export class ProxiedConnections {
  readonly #proxies = new BlockList();
  readonly #trustsAny: boolean;
  /** The clients of connections by the proxy's end of them, which TLS shows as well. */
  readonly #clients = new Map<string, string>();
  readonly #waiting = new Set<Socket>();

  /** `proxies`: addresses and blocks, such as `10.0.0.0/8`. */
  constructor(proxies: readonly string[] = []) {
    this.#trustsAny = proxies.length > 0;
    for (const entry of proxies) {
      const [address = "", prefix] = entry.split("/");
      const family = isIP(address) === 6 ? "ipv6" : "ipv4";
      if (prefix === undefined) {
        this.#proxies.addAddress(address, family);
      } else {
        this.#proxies.addSubnet(address, Number(prefix), family);
      }
    }
  }

  /** Closes the connections that haven't been introduced. */
  close(): void {
    for (const socket of this.#waiting) {
      socket.destroy();
    }
  }

  /** Whether a connection may begin with a header. */
  isProxied({ remoteAddress = "" }: Socket): boolean {
    const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/, "");
    const family = isIP(address);
    return this.#trustsAny && family !== 0 && this.#proxies.check(address, `ipv${family as 4 | 6}`);
  }

  /** The client's address, or the peer's without a header. */
  addressOf(socket: Socket): string {
    return this.#clients.get(keyOf(socket)) ?? socket.remoteAddress ?? "";
  }

  /**
   * Reads the header of a proxied connection. `take` is called once, at once or later, unless the
   * connection closes before: with the socket paused, and what came after the header unread.
   */
  introduce(socket: Socket, take: (introduced: Introduced) => void): void {
    let read = Buffer.alloc(0);
    this.#waiting.add(socket);
    const over = (introduced?: Introduced) => {
      this.#waiting.delete(socket);
      clearTimeout(deadline);
      socket.off("data", onData).off("error", onError).off("close", onClose);
      socket.pause();
      if (introduced !== undefined) {
        if ("refused" in introduced) {
          socket.destroy();
        }
        take(introduced);
      }
    };
    const late = `no PROXY header, and no other byte, came within ${HEADER_MS / 1_000} s`;
    const deadline = setTimeout(() => over({ refused: late }), HEADER_MS);
    const onError = () => socket.destroy();
    const onClose = () => over();
    const onData = (bytes: Buffer) => {
      read = Buffer.concat([read, bytes]);
      const header = readProxyHeader(read.subarray(0, PROXY_HEADER_BYTES_MAX));
      if (header.kind === "unfinished") {
        return;
      }
      if (header.kind === "wrong") {
        over({ refused: header.reason });
        return;
      }
      const rest = header.kind === "whole" ? read.subarray(header.bytes) : read;
      const client = header.kind === "whole" ? header.address : undefined;
      if (client !== undefined) {
        this.#remember(socket, client);
      }
      socket.pause();
      if (rest.length > 0) {
        socket.unshift(rest);
      }
      over({ address: this.addressOf(socket) });
    };
    socket.on("data", onData).on("error", onError).on("close", onClose);
    socket.resume();
  }

  #remember(socket: Socket, client: string): void {
    const key = keyOf(socket);
    this.#clients.set(key, client);
    socket.once("close", () => this.#clients.delete(key));
  }
}

function keyOf({ remoteAddress, remotePort, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}
