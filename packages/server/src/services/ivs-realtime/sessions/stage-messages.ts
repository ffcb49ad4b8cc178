import type { NodeMessages } from "../../../kernel/ports/node-messages.ts";

/** Something that the node which has the stage must do. */
export type StageMessage =
  | {
      readonly kind: "disconnect";
      readonly stageArn: string;
      readonly participantId: string;
      readonly reason: string;
    }
  | { readonly kind: "deleted"; readonly stageArn: string }
  /** The rows of replicas of its participants have changed. */
  | { readonly kind: "replicas"; readonly stageArn: string };

export interface StageMessageListener {
  received(message: StageMessage): void;
  /** Messages may have been missed. */
  interrupted(): void;
}

const TOPIC = "ivsrealtime";

/** Passes orders of API requests to the node that has the stage, which may be this one. */
export class StageMessages {
  readonly #messages: NodeMessages;

  constructor(messages: NodeMessages) {
    this.#messages = messages;
  }

  listen({ received, interrupted }: StageMessageListener): void {
    this.#messages.listen(TOPIC, { received: (text) => received(JSON.parse(text)), interrupted });
  }

  /** Resolves once messages arrive here. Rejects with StoreUnavailableError. */
  ready(): Promise<void> {
    return this.#messages.open();
  }

  /** Rejects with StoreUnavailableError. */
  send(message: StageMessage): Promise<void> {
    return this.#messages.publish(TOPIC, JSON.stringify(message));
  }
}
