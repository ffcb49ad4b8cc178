import { performance } from "node:perf_hooks";
import type * as s3 from "@aws-sdk/client-s3";
import type { AwsError } from "../../../kernel/aws-error.ts";
import type { LendingStream } from "../../../kernel/lent-memory.ts";
import type { Log } from "../../../kernel/ports/log.ts";
import { inBackground } from "../../../kernel/work/in-background.ts";
import { pause } from "../../../kernel/work/timers.ts";
import type { ByteRequest } from "./byte-requests.ts";
import { Circuit } from "./circuit.ts";
import { type ObjectStoreSettings, placeOf } from "./object-store-settings.ts";
import { RetryBudget } from "./retry-budget.ts";
import type { Loaded } from "./sdk.ts";
import { type StoreAnswer, takeTag } from "./store-connection.ts";
import { type Failure, failureOf, reasonOf, shownCode, storeAway } from "./store-failure.ts";
import { bodyMsMax, type PutOutcome, type StreamedPut } from "./streamed-put.ts";
import { StreamedPuts } from "./streamed-puts.ts";
import { TurnQueue } from "./turn-queue.ts";

const ATTEMPTS_MAX = 3;
const RETRY_DELAYS_MS: readonly number[] = [50, 250];
/** From the beginning of a request to the head of its answer. */
const ANSWER_MS_MAX = 15_000;
/** A store may put the parts together while it answers. */
const COMPLETION_MS_MAX = 60_000;
/** Source: S3 API reference, DeleteObjects. */
export const DELETED_AT_ONCE = 1_000;

const OVERLOADED = "too many requests wait for it";

/** A key of ours is nobody else's: that it is taken is a fault. */
const NEVER_TAKEN: (attempt: number) => boolean = () => false;

/** Undefined is an answer too: there is no such object. */
type Sending<Output> = (client: s3.S3Client, options: SendOptions) => Promise<Output>;
interface SendOptions {
  readonly requestTimeout: number;
}
interface SendingOptions {
  readonly answerMs?: number;
  /** Says of a key that is taken whether an earlier attempt has taken it. */
  readonly isTaken?: (attempt: number) => boolean;
  /** That there is no such object is an answer. Nothing else may be taken for done then. */
  readonly mayBeMissing?: boolean;
  /** The outcome of the first attempt, which was made before. */
  readonly before?: Failure | undefined;
}

export interface PutOptions {
  /** An earlier process may have written the same. */
  readonly mayExist?: boolean | undefined;
  /** The body's MD5, if it is known. */
  readonly md5?: Buffer | undefined;
  /** The outcome of an attempt to send it while it came. */
  readonly before?: Failure | undefined;
}

export interface StoredKey {
  readonly key: string;
  readonly sizeBytes: number;
}

export interface OpenedObject {
  readonly body: LendingStream;
  /** The size of the whole object, if the store says it. */
  readonly sizeBytes: number | undefined;
  readonly etag: string | undefined;
}

export interface StoreFacts {
  readonly place: string;
  readonly condition: "ok" | "away";
  readonly message?: string;
  readonly requests: number;
  readonly failures: number;
}

/**
 * Requests to an object store: those that carry bytes by `ByteRequests`, the others by the AWS
 * SDK's client. Each has a deadline and a few attempts; while the store is away, requests fail at
 * once with `SlowDown` and the reason. The store refuses a write that was changed on the way, by
 * its MD5 or its SHA-256, which the signature covers.
 */
export class StoreClient {
  readonly #settings: ObjectStoreSettings;
  readonly #log: Log;
  readonly #circuit = new Circuit(() => performance.now());
  readonly #budget = new RetryBudget();
  readonly #turns: TurnQueue;
  readonly streamed: StreamedPuts;
  #loaded: Promise<Loaded> | undefined;
  #requests = 0;
  #failures = 0;

  constructor(settings: ObjectStoreSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
    this.#turns = new TurnQueue(settings.concurrency, ANSWER_MS_MAX, () => storeAway(OVERLOADED));
    const { concurrency } = settings;
    const onOver = ({ kind }: PutOutcome) => kind === "written" && this.#noteSuccess();
    const { place } = this;
    this.streamed = new StreamedPuts({ turns: this.#turns, concurrency, log, place, onOver });
  }

  get place(): string {
    return placeOf(this.#settings);
  }

  get facts(): StoreFacts {
    const { reason } = this.#circuit;
    return {
      place: this.place,
      condition: reason === undefined ? "ok" : "away",
      ...(reason === undefined ? {} : { message: `The object store is away: ${reason}.` }),
      requests: this.#requests,
      failures: this.#failures,
    };
  }

  /** The facts for operators; while the store is away, each look tries it once more. */
  health(): StoreFacts {
    if (this.#circuit.reason !== undefined) inBackground(this.probe());
    return this.facts;
  }

  /** Asks for an object that isn't there, so that a store that is away is noticed. */
  async probe(): Promise<void> {
    await this.get("probe").then(
      (opened) => opened?.body.destroy(),
      (err: Error) => this.#log.warn({ store: this.place, reason: err.message }, "No object store"),
    );
  }

  /**
   * Writes an object once; resolves to its entity tag, and to undefined where the key is taken by
   * an earlier attempt, or by an earlier process where that is said.
   */
  put(
    key: string,
    body: readonly Buffer[],
    { mayExist, md5, before }: PutOptions = {},
  ): Promise<string | undefined> {
    const request = { ...this.#write(key), body, md5 };
    return this.#exchange(request, takeTag, {
      isTaken: (attempt) => mayExist === true || attempt > 1,
      before,
    });
  }

  /**
   * Begins to write an object whose bytes come later, in one attempt. Undefined while that may take
   * turns from requests that have all they need, and while the store is away.
   */
  async beginPut(
    key: string,
    sizeBytes: number,
    { keepsBytes }: { readonly keepsBytes: boolean },
  ): Promise<StreamedPut | undefined> {
    const { bytes } = await this.#load();
    if (this.#circuit.reason !== undefined || !this.streamed.mayBegin(keepsBytes)) return undefined;
    const open = () => {
      this.#requests++;
      return bytes.begin(this.#write(key), sizeBytes, { isFresh: !keepsBytes });
    };
    return this.streamed.begin(open, keepsBytes ? bodyMsMax(sizeBytes) : undefined);
  }

  /** Counts a failure that nothing is sent again after; returns the answer to it. */
  failed(failure: PutOutcome): AwsError {
    const reason = failure.kind === "written" ? "it refuses a body" : reasonOf(failure);
    this.#noteFailure(reason);
    return storeAway(reason);
  }

  /** Begins to read. Undefined when there is no such object. */
  get(key: string, range?: { start: number; length: number }): Promise<OpenedObject | undefined> {
    const part = range && {
      range: `bytes=${range.start}-${range.start + range.length - 1}`,
    };
    const request = {
      method: "GET",
      key: this.#keyOf(key),
      ...(part && { headers: part }),
    } as const;
    return this.#exchange(
      request,
      ({ headers, body }) => {
        const total = headers["content-range"]?.split("/").at(-1) ?? headers["content-length"];
        const sizeBytes = total === undefined ? undefined : Number(total);
        return { body, sizeBytes, etag: headers.etag };
      },
      { mayBeMissing: true },
    );
  }

  /** Copies an object inside the store. False when there is none. */
  async copy(from: string, to: string): Promise<boolean> {
    const { bucket: Bucket } = this.#settings;
    const source = `${Bucket}/${this.#keyOf(from)}`.split("/").map(encodeURIComponent).join("/");
    const input = { Bucket, Key: this.#keyOf(to), CopySource: source };
    const copied = await this.#send(
      ({ sdk }) =>
        (client, options) =>
          client.send(new sdk.CopyObjectCommand(input), options),
      { answerMs: COMPLETION_MS_MAX, mayBeMissing: true },
    );
    return copied !== undefined;
  }

  /** Removes at most `DELETED_AT_ONCE` objects. Rejects where one of them stays. */
  async delete(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    const Objects = keys.map((key) => ({ Key: this.#keyOf(key) }));
    const output = await this.#send(({ sdk, bucket }) => (client, options) => {
      const input = { ...bucket, Delete: { Objects, Quiet: true } };
      return client.send(new sdk.DeleteObjectsCommand(input), options);
    });
    const [failed] = output?.Errors?.filter(({ Code }) => Code !== "NoSuchKey") ?? [];
    if (failed) throw storeAway(`it keeps what was to be removed${shownCode(failed.Code)}`);
  }

  /** For work in the background alone. */
  async *list(below: string): AsyncGenerator<readonly StoredKey[]> {
    const Prefix = this.#keyOf(below);
    for (let token: string | undefined; ; ) {
      const page = await this.#send(({ sdk, bucket }) => (client, options) => {
        const input = { ...bucket, Prefix, ContinuationToken: token };
        return client.send(new sdk.ListObjectsV2Command(input), options);
      });
      const found = page?.Contents ?? [];
      yield found.map(({ Key = "", Size = 0 }) => ({
        key: Key.slice(this.#settings.prefix.length),
        sizeBytes: Size,
      }));
      token = page?.NextContinuationToken;
      if (token === undefined) return;
    }
  }

  async beginParts(key: string): Promise<string> {
    const name = { Key: this.#keyOf(key) };
    const begun = await this.#send(
      ({ sdk, bucket }) =>
        (client, options) =>
          client.send(new sdk.CreateMultipartUploadCommand({ ...bucket, ...name }), options),
    );
    if (begun?.UploadId === undefined) throw storeAway("it begins no upload");
    return begun.UploadId;
  }

  /** Resolves to the part's entity tag. */
  async putPart(key: string, upload: string, number: number, bytes: Buffer): Promise<string> {
    const query = `partNumber=${number}&uploadId=${encodeURIComponent(upload)}`;
    const request = { method: "PUT", key: this.#keyOf(key), query, body: [bytes] } as const;
    const etag = await this.#exchange(request, takeTag);
    if (!etag) throw storeAway("it has lost an upload");
    return etag;
  }

  async completeParts(key: string, upload: string, etags: readonly string[]): Promise<void> {
    const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    const name = { Key: this.#keyOf(key), UploadId: upload, MultipartUpload: { Parts } };
    await this.#send(
      ({ sdk, bucket }) =>
        (client, options) =>
          client.send(new sdk.CompleteMultipartUploadCommand({ ...bucket, ...name }), options),
      { answerMs: COMPLETION_MS_MAX },
    );
  }

  async abortParts(key: string, upload: string): Promise<void> {
    const name = { Key: this.#keyOf(key), UploadId: upload };
    await this.#send(
      ({ sdk, bucket }) =>
        (client, options) =>
          client.send(new sdk.AbortMultipartUploadCommand({ ...bucket, ...name }), options),
    );
  }

  /** Uploads in parts that nobody has completed; for work in the background alone. */
  async openUploads(below: string): Promise<readonly { key: string; upload: string }[]> {
    const Prefix = this.#keyOf(below);
    const page = await this.#send(
      ({ sdk, bucket }) =>
        (client, options) =>
          client.send(new sdk.ListMultipartUploadsCommand({ ...bucket, Prefix }), options),
    );
    return (page?.Uploads ?? []).map(({ Key = "", UploadId = "" }) => ({
      key: Key.slice(this.#settings.prefix.length),
      upload: UploadId,
    }));
  }

  async close(): Promise<void> {
    const loaded = await this.#loaded?.catch(() => undefined);
    loaded?.client.destroy();
    loaded?.bytes.destroy();
    this.#loaded = undefined;
  }

  /** Like #send, for a request that carries bytes. */
  #exchange<Output>(
    request: ByteRequest,
    read: (answer: StoreAnswer) => Output,
    options?: SendingOptions,
  ): Promise<Output | undefined> {
    return this.#send(
      ({ bytes }) =>
        async (_client, { requestTimeout }) =>
          read(await bytes.send(request, requestTimeout)),
      options,
    );
  }

  /**
   * Sends a request, again where that may help. Undefined: the key is taken, or there is no such
   * object, where `options` say that this is an answer. Rejects with SlowDown.
   */
  async #send<Output>(
    request: (loaded: Loaded) => Sending<Output>,
    {
      answerMs = ANSWER_MS_MAX,
      isTaken = NEVER_TAKEN,
      mayBeMissing = false,
      before,
    }: SendingOptions = {},
  ): Promise<Output | undefined> {
    const loaded = await this.#load();
    const send = request(loaded);
    for (let attempt = 1, failure = before; ; attempt++, failure = undefined) {
      if (!failure) {
        const refusal = this.#circuit.refusal();
        if (refusal !== undefined) throw storeAway(refusal);
        await this.#takeTurn();
        try {
          this.#requests++;
          const output = await send(loaded.client, { requestTimeout: answerMs });
          this.#noteSuccess();
          return output;
        } catch (error) {
          failure = failureOf(error);
        } finally {
          this.#turns.giveBack();
        }
      }
      const { kind } = failure;
      if ((kind === "missing" && mayBeMissing) || (kind === "taken" && isTaken(attempt))) {
        this.#noteSuccess();
        return undefined;
      }
      const reason = reasonOf(failure);
      this.#noteFailure(reason);
      const mayPass = failure.kind === "failed" && failure.mayPass;
      if (!mayPass || attempt === ATTEMPTS_MAX || !this.#budget.spend()) throw storeAway(reason);
      await pause(RETRY_DELAYS_MS[attempt - 1] ?? 0);
    }
  }

  #load(): Promise<Loaded> {
    this.#loaded ??= import("./sdk.ts").then(({ openClient }) => openClient(this.#settings));
    return this.#loaded;
  }

  #write(key: string) {
    const headers = { "if-none-match": "*" };
    return { method: "PUT", key: this.#keyOf(key), headers } as const;
  }

  async #takeTurn(): Promise<void> {
    try {
      await this.#turns.take();
    } catch (error) {
      // The circuit waits for the outcome of each request that it lets in.
      this.#noteFailure(OVERLOADED);
      throw error;
    }
  }

  #noteSuccess(): void {
    this.#budget.earn();
    if (this.#circuit.succeeded())
      this.#log.info({ store: this.place }, "The object store answers again.");
  }

  #noteFailure(reason: string): void {
    this.#failures++;
    if (this.#circuit.failed(reason))
      this.#log.error(
        { store: this.place, reason },
        "The object store is away: requests for bytes are answered 503.",
      );
  }

  #keyOf(key: string): string {
    return `${this.#settings.prefix}${key}`;
  }
}
