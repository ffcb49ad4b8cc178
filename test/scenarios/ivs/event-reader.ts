/** An event as it comes out of `/_rolecast/events`. */
export interface ReadEvent {
  readonly "detail-type": string;
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Reads a server's events from its start and waits for those that a test is about. */
export class EventReader {
  readonly seen: ReadEvent[] = [];
  readonly #abort = new AbortController();
  #wake: () => void = () => undefined;

  constructor(endpoint: string) {
    void this.#read(endpoint);
  }

  /** The name of an event: `Stream Start`, `Recording End`. */
  static nameOf({ detail }: ReadEvent): unknown {
    return detail.event_name ?? detail.recording_status;
  }

  /** Resolves when an event with this name about this channel has come. */
  async wait(channelArn: string, name: string): Promise<ReadEvent> {
    for (;;) {
      const found = this.seen.find(
        (event) => event.resources.includes(channelArn) && EventReader.nameOf(event) === name,
      );
      if (found) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(endpoint: string): Promise<void> {
    try {
      const { signal } = this.#abort;
      const { body } = await fetch(`${endpoint}/_rolecast/events`, { signal });
      if (!body) return;
      let text = "";
      for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        for (const line of lines)
          if (line.startsWith("data: ")) this.seen.push(JSON.parse(line.slice(6)) as ReadEvent);
        this.#wake();
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
    }
  }
}
