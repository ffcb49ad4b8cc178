/** An event of EventBridge's shape. */
export interface DemoEvent {
  readonly "detail-type": string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Collects what `/_rolecast/events` sends. */
export class EventReader {
  readonly events: DemoEvent[] = [];
  readonly #abort = new AbortController();

  constructor(endpoint: string) {
    void this.#read(`${endpoint}/_rolecast/events`);
  }

  /** The first event of a recording with that status in that stream. */
  recording(status: string, streamId: string): DemoEvent | undefined {
    return this.events.find(
      ({ detail }) => detail.recording_status === status && detail.stream_id === streamId,
    );
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(url: string): Promise<void> {
    try {
      const response = await fetch(url, { signal: this.#abort.signal });
      let text = "";
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) {
          if (line.startsWith("data: ")) this.events.push(JSON.parse(line.slice(6)) as DemoEvent);
        }
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
    }
  }
}
