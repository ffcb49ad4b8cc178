/** An event in EventBridge's envelope. Source: EventBridge user guide, "Event structure". */
export interface AwsEvent {
  readonly version: "0";
  readonly id: string;
  readonly "detail-type": string;
  /** `aws.ivs`. */
  readonly source: string;
  readonly account: string;
  /** Whole seconds, UTC. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An event as the bytes of its JSON: as objects, large ones take many times their size. */
export interface EventText {
  readonly account: string;
  readonly json: Buffer;
}

/** The internal bus. Publishing never fails and never waits; a subscriber's error is its own. */
export interface EventBus {
  publish(event: AwsEvent): void;
  /** Publishes an event to readers alone: its targets have been taken care of. */
  remember(event: EventText): void;
  /** Returns a function that unsubscribes. */
  subscribe(listener: (event: AwsEvent) => void): () => void;
}
