import { strict as assert } from "node:assert";
import type { SendHandle } from "node:child_process";
import { MediaError, type MediaErrorCode } from "../port/media-error.ts";
import { inBackground } from "../runtime/in-background.ts";

/** Methods that one process has for another one: arguments and results are structured-clonable. */
export type Served<Methods> = {
  [Name in keyof Methods]: (...args: never[]) => unknown;
};

type Parameters_<Method> = Method extends (...args: infer Arguments) => unknown ? Arguments : never;
type Result<Method> = Method extends (...args: never[]) => infer Returned
  ? Awaited<Returned>
  : never;

/** A message between two processes. Without `id` no answer is awaited. */
export type Message =
  | { readonly method: string; readonly args: readonly unknown[]; readonly id?: number }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { readonly code?: MediaErrorCode; message: string } };

/** Told an error when the message won't arrive. */
export type Sent = (error?: unknown) => void;

/** Puts a message on its way; `sent` is called when the system has it, or won't. */
export type Send = (message: object, handle: SendHandle | undefined, sent: Sent) => void;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * Calls between two processes over one ordered channel: calls and answers of one side arrive in
 * that order at the other. A `MediaError` stays one.
 */
export class Calls<Ours extends Served<Ours>, Theirs extends Served<Theirs>> {
  #ours: Ours | undefined;
  readonly #send: Send;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #ended: MediaError | undefined;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Gives the methods that the other side may call; before anything is received. */
  serve(ours: Ours): void {
    this.#ours = ours;
  }

  /** Rejects when they do, or when their process is gone. */
  ask<Name extends keyof Theirs & string>(
    method: Name,
    ...args: Parameters_<Theirs[Name]>
  ): Promise<Result<Theirs[Name]>> {
    if (this.#ended !== undefined) {
      return Promise.reject(this.#ended);
    }
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.#put({ method, args, id });
    });
  }

  /** Calls without an answer. */
  notify<Name extends keyof Theirs & string>(
    method: Name,
    ...args: Parameters_<Theirs[Name]>
  ): void {
    this.#put({ method, args });
  }

  /** Calls without an answer, and gives a connection away with it. */
  give<Name extends keyof Theirs & string>(
    handle: SendHandle,
    sent: Sent,
    method: Name,
    ...args: Parameters_<Theirs[Name]>
  ): void {
    this.#put({ method, args }, sent, handle);
  }

  /** Like `notify`; `sent` says when the message takes no more room here. */
  push<Name extends keyof Theirs & string>(
    sent: Sent,
    method: Name,
    ...args: Parameters_<Theirs[Name]>
  ): void {
    this.#put({ method, args }, sent);
  }

  /** A message came, perhaps with a connection, which is the method's last argument. */
  receive(message: Message, handle?: unknown): void {
    if ("method" in message) {
      const { method, args, id } = message;
      this.#perform(method, handle === undefined ? args : [...args, handle], id);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ("error" in message) {
      const { code, message: text } = message.error;
      waiting?.reject(code === undefined ? new Error(text) : new MediaError(code, text));
    } else {
      waiting?.resolve(message.value);
    }
  }

  /** Rejects every call that waits: the other process is gone. */
  end(reason: string): void {
    this.#ended = new MediaError("engine", reason);
    for (const { reject } of this.#waiting.values()) {
      reject(this.#ended);
    }
    this.#waiting.clear();
  }

  #perform(method: string, args: readonly unknown[], id: number | undefined): void {
    const ours = this.#ours;
    assert(ours, "nothing is received before it can be served");
    const perform: unknown = ours[method as keyof Ours];
    assert(typeof perform === "function", `no method is called ${method}`);
    if (id === undefined) {
      Reflect.apply(perform, ours, args);
      return;
    }
    // At once, in the order in which messages came.
    const performed = new Promise((resolve) => resolve(Reflect.apply(perform, ours, args)));
    inBackground(
      performed.then(
        (value) => this.#put({ id, value }),
        (error: unknown) => this.#put({ id, error: describe(error) }),
      ),
    );
  }

  #put(message: Message, sent: Sent = () => undefined, handle?: SendHandle): void {
    if (this.#ended === undefined) {
      this.#send(message, handle, sent);
    } else {
      sent(this.#ended);
    }
  }
}

function describe(error: unknown): { code?: MediaErrorCode; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof MediaError ? { code: error.code, message } : { message };
}
