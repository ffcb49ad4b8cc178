/**
 * The program of a worker process. It listens only to the process that started it, and ends with
 * it.
 */
import { strict as assert } from "node:assert";
import { letHeapGrow } from "../runtime/heap-growth.ts";
import { Calls, type Message } from "./calls.ts";
import { IngestWorker } from "./ingest-worker.ts";
import type { MainMethods, WorkerMethods, WorkerOptions } from "./worker-messages.ts";

letHeapGrow();
/**
 * A terminal or a service manager signals all processes; streams end in order when the main process
 * says so.
 */
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => undefined);
}
process.on("disconnect", () => process.exit(0));
process.once("message", (options: WorkerOptions) => {
  const main = new Calls<WorkerMethods, MainMethods>((message, _handle, sent) => {
    assert(process.send, "this program is started by the main process");
    process.send(message, undefined, undefined, sent);
  });
  main.serve(new IngestWorker(options, main));
  process.on("message", (message, handle) => main.receive(message as Message, handle));
});
