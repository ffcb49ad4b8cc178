import { readSync } from "node:fs";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { scratch } from "./scratch-socket.ts";

/** About a frame of the usual 25 to 30 a second: media is late by half of that. */
const STEP_MS = 30;
/** Steps without a byte after which a socket is waited for: encoders send in steps of their own. */
const EMPTY_STEPS_MAX = 3;
/** More in one step, 6.5 Mb/s, might fill the system's buffers, and be held up: it is read as it comes for a while. */
const STEP_BYTES_MAX = 24 * 1024;
const AS_IT_COMES_MS = 100;

/** What node's sockets have inside, where it is a file descriptor. */
interface Handle {
  readonly fd: number;
  readStart(): void;
  readStop(): void;
}

/** Those from which something came lately. Nothing wakes the process for them but their timer. */
const busy = new Set<SteppedSocket>();
let timer: NodeJS.Timeout | undefined;

/**
 * From now on a socket that `reuseReadMemory` made is read every `STEP_MS` while something comes, rather than at each
 * packet: to be woken costs more than what a packet of media needs. One that is silent is waited for as any other, and
 * so is its end.
 *
 * Node has nothing for it, so the socket's descriptor is read beside its handle. Where there is none (Windows), or what
 * it gives isn't yet what the socket tells (TLS), the socket stays as it is.
 */
export function readInSteps(socket: Socket): void {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (socket instanceof TLSSocket || !isDescriptor(handle)) {
    return;
  }
  const stepped = new SteppedSocket(socket, handle);
  socket.on("data", () => {
    if (!busy.has(stepped) && stepped.begin()) {
      busy.add(stepped);
      timer ??= setInterval(step, STEP_MS);
    }
  });
}

function step(): void {
  for (const socket of busy) {
    if (!socket.read()) {
      busy.delete(socket);
    }
  }
  if (busy.size === 0) {
    clearInterval(timer);
    timer = undefined;
  }
}

class SteppedSocket {
  readonly #socket: Socket;
  readonly #handle: Handle;
  #emptySteps = 0;
  #asItComesUntilMs = 0;

  constructor(socket: Socket, handle: Handle) {
    this.#socket = socket;
    this.#handle = handle;
  }

  /** False while its handle is to go on: from true on it looks for nothing until `read` gives it back. */
  begin(): boolean {
    if (this.#socket.destroyed || performance.now() < this.#asItComesUntilMs) {
      return false;
    }
    this.#emptySteps = 0;
    this.#handle.readStop();
    return true;
  }

  /** False when its handle reads on. */
  read(): boolean {
    // The descriptor of a closed socket may be another's by now.
    if (this.#socket.destroyed || this.#handle.fd < 0) {
      return false;
    }
    const length = this.#readOnce();
    if (length > 0) {
      this.#emptySteps = 0;
      this.#socket.emit("data", scratch.subarray(0, length));
    }
    const isMuch = length > STEP_BYTES_MAX;
    if (isMuch) {
      this.#asItComesUntilMs = performance.now() + AS_IT_COMES_MS;
    }
    const goesOn = !isMuch && length >= 0 && this.#emptySteps < EMPTY_STEPS_MAX;
    if (!goesOn && !this.#socket.destroyed) {
      this.#handle.readStart();
    }
    return goesOn;
  }

  /** 0 when there is nothing, negative at the end: the handle will meet that again. */
  #readOnce(): number {
    try {
      return readSync(this.#handle.fd, scratch) || -1;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EAGAIN") {
        this.#emptySteps += 1;
        return 0;
      }
      this.#socket.destroy(error instanceof Error ? error : undefined);
      return -1;
    }
  }
}

function isDescriptor(handle: unknown): handle is Handle {
  return (
    handle !== null &&
    typeof handle === "object" &&
    "readStop" in handle &&
    "fd" in handle &&
    typeof handle.fd === "number" &&
    handle.fd >= 0
  );
}
