import { readSync } from "node:fs";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { scratch } from "./scratch-socket.ts";

/**
 * `prompt`: media is late by 23 ms on average, two thirds of a frame. For media that no player
 * waits for frame by frame `steady`, 30 ms and three quarters of the wakings, and `relaxed`, 45 ms
 * and half of them.
 */
export type ReadPace = "prompt" | "steady" | "relaxed";

/** Steps without a byte after which a socket is waited for: encoders send in steps of their own. */
const EMPTY_STEPS_MAX = 3;
/**
 * A socket from which too much came for its steps, twice in a row, is read more often for so long.
 * A keyframe comes once.
 */
const HASTE_MS = 100;

/** The handle inside node's sockets, where it is a file descriptor. */
interface Handle {
  readonly fd: number;
  readStart(): void;
  readStop(): void;
}

/**
 * Reads those sockets from which something came lately. Nothing wakes the process for them but its
 * timer.
 */
class Steps {
  /** More in one step might fill the system's buffers, and be held up. */
  readonly bytesMax: number;
  readonly #stepMs: number;
  readonly #busy = new Set<SteppedSocket>();
  #timer: NodeJS.Timeout | undefined;

  constructor(stepMs: number, bytesMax: number) {
    this.#stepMs = stepMs;
    this.bytesMax = bytesMax;
  }

  add(socket: SteppedSocket): void {
    this.#busy.add(socket);
    this.#timer ??= setInterval(() => this.#step(), this.#stepMs);
  }

  delete(socket: SteppedSocket): void {
    this.#busy.delete(socket);
    if (this.#busy.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #step(): void {
    for (const socket of this.#busy) {
      socket.read(this);
    }
  }
}

const STEPS: Readonly<Record<ReadPace, Steps>> = {
  // A frame or two of the usual 25 to 30 a second, a keyframe of 5 Mb/s among them; 10 Mb/s.
  prompt: new Steps(45, 56 * 1024),
  // 5.4 Mb/s.
  steady: new Steps(60, 40 * 1024),
  // 4.3 Mb/s.
  relaxed: new Steps(90, 48 * 1024),
};

/**
 * From now on a socket that `reuseReadMemory` made is read in steps while something comes, rather
 * than at each packet: to be woken costs more than what a packet of media needs. One that is silent
 * is waited for as any other, and so is its end.
 *
 * Node has nothing for it, so the socket's descriptor is read beside its handle. Where there is
 * none (Windows), or what it gives isn't yet what the socket emits (TLS), the socket stays as it
 * is.
 */
export function readInSteps(socket: Socket, pace: ReadPace = "prompt"): void {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (socket instanceof TLSSocket || !isDescriptor(handle)) {
    return;
  }
  const stepped = new SteppedSocket(socket, handle, pace);
  socket.on("data", () => stepped.heard());
}

class SteppedSocket {
  readonly #socket: Socket;
  readonly #handle: Handle;
  readonly #pace: ReadPace;
  /** Undefined while its handle reads it as it comes. */
  #steps: Steps | undefined;
  #emptySteps = 0;
  #wasMuch = false;
  #hasteUntilMs = 0;

  constructor(socket: Socket, handle: Handle, pace: ReadPace) {
    this.#socket = socket;
    this.#handle = handle;
    this.#pace = pace;
  }

  heard(): void {
    const isWaitedFor = this.#steps === undefined && !this.#socket.destroyed;
    if (isWaitedFor && performance.now() >= this.#hasteUntilMs) {
      this.#emptySteps = 0;
      this.#move(STEPS[this.#pace]);
    }
  }

  read(steps: Steps): void {
    // The descriptor of a closed socket may be another's by now.
    if (this.#socket.destroyed || this.#handle.fd < 0) {
      this.#move(undefined);
      return;
    }
    let length = this.#readOnce();
    const isMuch = length > steps.bytesMax;
    if (length === scratch.length && !this.#socket.destroyed) {
      // The sender waits for what is left.
      length = this.#readOnce();
    }
    const wasMuch = this.#wasMuch;
    this.#wasMuch = isMuch;
    if (length < 0 || this.#emptySteps === EMPTY_STEPS_MAX) {
      this.#move(undefined);
    } else if (isMuch && wasMuch) {
      this.#hasteUntilMs = performance.now() + HASTE_MS;
      this.#move(steps === STEPS.prompt ? undefined : STEPS.prompt);
    } else if (steps !== STEPS[this.#pace] && performance.now() >= this.#hasteUntilMs) {
      this.#move(STEPS[this.#pace]);
    }
  }

  /** Undefined gives it back to its handle. */
  #move(to: Steps | undefined): void {
    if (this.#steps === undefined) {
      this.#handle.readStop();
    }
    this.#steps?.delete(this);
    this.#steps = to;
    to?.add(this);
    if (to === undefined && !this.#socket.destroyed) {
      this.#handle.readStart();
    }
  }

  /**
   * Emits what has come, and returns how much. 0 when there is nothing, negative at the end: the
   * handle will meet that again.
   */
  #readOnce(): number {
    const length = this.#tryToRead();
    if (length > 0) {
      this.#emptySteps = 0;
      this.#socket.emit("data", scratch.subarray(0, length));
    }
    return length;
  }

  #tryToRead(): number {
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
