import type { Chance } from "../fuzz/chance.ts";
import type { Node } from "./node.ts";

/** One service's part of the campaign: it changes things at random and remembers the answers. */
export interface Model {
  readonly name: string;
  /** Arguments of the servers, where it needs some. */
  readonly args?: readonly string[];
  /** Variables of the servers, where it needs some. */
  environment?(): Promise<Readonly<Record<string, string>>>;
  /** Makes what its operations need, before the first kill. */
  prepare?(at: Node): Promise<void>;
  /** One operation of one of its writers. */
  step(at: Node, chance: Chance): Promise<Outcome>;
  /**
   * Compares everything that is there with everything that was acknowledged. `isLast`: nothing may
   * be under way any more.
   */
  check(at: Node, isLast: boolean): Promise<Checked>;
  close?(): Promise<void>;
}

/** `cut`: no answer came, so nobody knows. `idle`: there was nothing to do. */
export type Outcome = "acknowledged" | "refused" | "cut" | "idle";

export interface Checked {
  /** The number of things that were read back and compared. */
  readonly compared: number;
  /** Unacknowledged operations that turned out to have happened, of all of which nobody knew. */
  readonly unknown: { readonly there: number; readonly absent: number };
  /** Each a sentence about something that was lost, left half done, or doesn't end. */
  readonly wrong: readonly string[];
}
