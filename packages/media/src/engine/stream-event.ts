import type { MediaEvent } from "../port/messages.ts";

type Described<E> = E extends { readonly streamId: string }
  ? Omit<E, "streamName" | "streamId" | "atMs">
  : never;

/** An event of one broadcast without the members that are the same for all of them. */
export type StreamEventBody = Described<MediaEvent>;
