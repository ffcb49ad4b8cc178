import type { Socket } from "node:net";
import type { MediaLimits } from "../port/limits.ts";

/**
 * The places for TCP connections, of all protocols together: so many, and so many for one address.
 */
export class ConnectionPlaces {
  readonly #limits: MediaLimits;
  #taken = 0;
  readonly #takenBy = new Map<string, number>();

  constructor(limits: MediaLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a place until the connection closes. Closes it, and returns false, where there is none.
   */
  admit(socket: Socket): boolean {
    if (this.#taken >= this.#limits.connectionsMax) {
      socket.destroy();
      return false;
    }
    this.#taken += 1;
    socket.once("close", () => {
      this.#taken -= 1;
    });
    return true;
  }

  /** Takes one of the places of its client's address, as well. */
  admitFrom(address: string, socket: Socket): boolean {
    const fromThere = (this.#takenBy.get(address) ?? 0) + 1;
    if (fromThere > this.#limits.connectionsOfAddressMax) {
      socket.destroy();
      return false;
    }
    this.#takenBy.set(address, fromThere);
    socket.once("close", () => this.#release(address));
    return true;
  }

  #release(address: string): void {
    const left = (this.#takenBy.get(address) ?? 1) - 1;
    if (left > 0) {
      this.#takenBy.set(address, left);
    } else {
      this.#takenBy.delete(address);
    }
  }
}
