import type { NodeMessages } from "../../../kernel/ports/node-messages.ts";

/** The cause of a broadcast: a request's action, SendEvent, or a change of the room itself. */
export type BroadcastAction =
  | "SEND_MESSAGE"
  | "DELETE_MESSAGE"
  | "DISCONNECT_USER"
  | "SEND_EVENT"
  | "ROOM_CHANGED";

/** A payload for all members of a room, on all nodes. */
export interface Broadcast {
  readonly roomArn: string;
  readonly action: BroadcastAction;
  /** The node that took the request. */
  readonly node: string;
  /** The user whose connections end with it; empty but for DISCONNECT_USER. */
  readonly userId: string;
  /** The text that members get; empty for ROOM_CHANGED. */
  readonly payload: string;
}

export interface BroadcastListener {
  delivered(broadcast: Broadcast): void;
  /** Broadcasts may have been missed. */
  interrupted(): void;
}

const TOPIC = "ivschat";

/** Sends broadcasts to every node in one order, which thereby is each room's order. */
export class Broadcasts {
  readonly #messages: NodeMessages;

  constructor(messages: NodeMessages) {
    this.#messages = messages;
  }

  listen({ delivered, interrupted }: BroadcastListener): void {
    this.#messages.listen(TOPIC, { received: (text) => delivered(read(text)), interrupted });
  }

  /** Resolves once broadcasts arrive here. Rejects with StoreUnavailableError. */
  ready(): Promise<void> {
    return this.#messages.open();
  }

  /** Resolves once every node's members are going to get it. Rejects with StoreUnavailableError. */
  publish({ roomArn, action, node, userId, payload }: Broadcast): Promise<void> {
    const header = JSON.stringify([roomArn, action, node, userId]);
    return this.#messages.publish(TOPIC, `${header}\n${payload}`);
  }
}

function read(text: string): Broadcast {
  const end = text.indexOf("\n");
  const [roomArn, action, node, userId] = JSON.parse(text.slice(0, end));
  return { roomArn, action, node, userId, payload: text.slice(end + 1) };
}
