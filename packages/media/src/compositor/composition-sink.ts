import type { UnitSink } from "../port/media-unit.ts";

/** One output of a composition, whose encoder writes units into it. */
export interface CompositionSink extends Pick<UnitSink, "configure" | "write"> {
  /** It has ended or failed for good. */
  readonly isOver: boolean;
  connect(): void;
  /** Called about once a second. */
  sweep(): void;
  /** The encoder begins anew. */
  interrupt(message: string): void;
  /** The composition is over. */
  end(): void;
  /** The composition can't go on. */
  abandon(message: string): void;
}

export type OutputEvent =
  | { readonly type: "output-started" | "output-ended" }
  | { readonly type: "output-reconnecting" | "output-failed"; readonly message: string };
