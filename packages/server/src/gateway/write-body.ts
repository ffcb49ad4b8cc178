import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { WireResponse } from "@rolecast/wire";
import { LendingStream } from "../kernel/lent-memory.ts";

/** Sends an answer's body after its head. Rejects when either side ends early. */
export function writeBody(body: WireResponse["body"], outgoing: ServerResponse): Promise<void> {
  if (body instanceof Readable) return sendStream(body, outgoing);
  // Of an answer that was destroyed before, node says nothing any more.
  if (outgoing.destroyed) return Promise.reject(clientGone());
  return new Promise<void>((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.on("close", resolve);
    // Node writes a head in the encoding of the text that follows it, and a head's is Latin-1.
    const isAscii = typeof body === "string" && Buffer.byteLength(body) === body.length;
    if (!isAscii || body === "") {
      outgoing.end(typeof body === "string" ? Buffer.from(body) : body, () => resolve());
      return;
    }
    // Head and text go out in one piece. `end` with the text would gather an empty piece, too, for
    // which node copies all of them.
    outgoing.write(body, "latin1");
    outgoing.socket?.uncork();
    outgoing.end(() => resolve());
  });
}

/**
 * Sends a stream as fast as its client takes it. Rejects where either ends early; the stream is
 * destroyed then. Node's `pipeline` makes and aborts a signal for each, a tenth of a millisecond.
 */
function sendStream(body: Readable, outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      body.destroy();
      reject(error);
    };
    // To an HTTP/1.0 client a clean close ends the body: caches would keep half of it.
    const breakOff = (error: Error) => {
      outgoing.socket?.resetAndDestroy();
      fail(error);
    };
    body.once("error", breakOff);
    body.once("close", () => {
      if (!body.readableEnded) breakOff(new Error("The body ended before its end."));
    });
    outgoing.once("error", fail);
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) fail(clientGone());
    });
    outgoing.on("drain", () => body.resume());
    const written =
      body instanceof LendingStream ? (bytes: Uint8Array) => body.giveBack(bytes) : undefined;
    body.on("data", (bytes: Uint8Array) => {
      const isTaken = outgoing.write(bytes, (error) => {
        if (!error) written?.(bytes);
      });
      if (!isTaken) body.pause();
    });
    body.once("end", () => outgoing.end(resolve));
    if (body.errored) breakOff(body.errored);
    else if (outgoing.destroyed) fail(clientGone());
  });
}

function clientGone(): Error {
  return new Error("The client went away.");
}
