/** A listener of a topic. Neither function throws. */
export interface NodeListener {
  /** A text that this node or another one has published. */
  received(text: string): void;
  /**
   * Texts may have been missed: the way between the nodes was broken. It is open again, or being
   * opened.
   */
  interrupted(): void;
}

/**
 * Passes texts between the nodes that share a database, to this node's own listeners too, in one
 * order for all nodes. Nothing is kept: a text reaches those who listen at that moment.
 */
export interface NodeMessages {
  /** Registers the listener of a topic; texts arrive while the way is open. */
  listen(topic: string, listener: NodeListener): void;
  /** Resolves once texts arrive; rejects with StoreUnavailableError. */
  open(): Promise<void>;
  /**
   * Opens the way, too. Resolves once every node that listens is going to get the text. Rejects
   * with StoreUnavailableError, and then it may have been passed on or not.
   */
  publish(topic: string, text: string): Promise<void>;
  /** No listener is called any more. */
  close(): Promise<void>;
}
