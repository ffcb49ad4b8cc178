import { createReadStream } from "node:fs";
import { FlvStream } from "../../container/flv/flv-stream.ts";
import type { MediaSink, Publisher } from "../../ingest/ingest-port.ts";
import type {
  IngestPort,
  IngestProtocol,
  IngestSettings,
  Listening,
  ProtocolMaker,
} from "../../ingest/protocol.ts";
import type { PublishAnswer, PublishOffer } from "../../port/offer.ts";

/** Publishes an FLV file under a name when it is opened, and under each name that it is offered. */
export function fileProtocol(file: string, name: string): ProtocolMaker {
  return (settings) => new FileProtocol(file, name, settings);
}

class FileProtocol implements IngestProtocol {
  readonly name = "file";
  readonly runsInWorkers = false;
  readonly #file: string;
  readonly #streamName: string;
  readonly #settings: IngestSettings;
  readonly #readers = new Set<FileReader>();
  #port: IngestPort | undefined;

  constructor(file: string, streamName: string, settings: IngestSettings) {
    this.#file = file;
    this.#streamName = streamName;
    this.#settings = settings;
  }

  get connections(): number {
    return this.#readers.size;
  }

  async open(port: IngestPort): Promise<Listening> {
    this.#port = port;
    await this.#publish(port, this.#streamName);
    return { port: undefined };
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) {
      reader.disconnect();
    }
  }

  async negotiate({ name }: PublishOffer): Promise<PublishAnswer> {
    const session = this.#port === undefined ? "" : await this.#publish(this.#port, name);
    return { session, description: "" };
  }

  async #publish(port: IngestPort, name: string): Promise<string> {
    const reader = new FileReader(port.newConnectionId());
    const sink = await port.publish(reader, name);
    this.#readers.add(reader);
    reader
      .read(this.#file, sink, this.#settings.limits.messageBytesMax)
      .finally(() => this.#readers.delete(reader));
    return reader.id;
  }
}

class FileReader implements Publisher {
  readonly id: string;
  readonly remoteAddress = "";
  readonly secure = true;
  open = true;

  constructor(id: string) {
    this.id = id;
  }

  async read(file: string, sink: MediaSink, tagBytesMax: number): Promise<void> {
    const media = new FlvStream(tagBytesMax, sink);
    for await (const chunk of createReadStream(file)) {
      if (!this.open) {
        return;
      }
      media.push(chunk);
    }
    this.open = false;
    sink.end("publisher-finished", "the file is over");
  }

  disconnect(): void {
    this.open = false;
  }

  fail(): void {
    this.open = false;
  }
}
