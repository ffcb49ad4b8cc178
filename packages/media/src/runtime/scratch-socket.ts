import { type OnReadOpts, Socket, type SocketConstructorOpts } from "node:net";

/** As much as node reads at once. */
const SCRATCH_BYTES = 64 * 1024;
/** One for all connections: nothing else runs while a `data` event is heard. */
export const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

/**
 * The same connection as another socket, whose `data` events carry memory that is reused after the
 * event. They are to be heard from now on: nothing is kept for later.
 *
 * For each read node allocates 64 KiB, and to collect them costs more than to read. It reads into
 * memory of ours (`onread`) only where it makes the socket with that option, which it doesn't for
 * what a server accepts, nor for the pipes of a process. So the connection's handle gets a new
 * socket; the given one is empty then and closes with it. The handle isn't documented: where there
 * is none the socket stays as it is.
 */
export function reuseReadMemory(given: Socket): Socket {
  const handle: unknown = Reflect.get(given, "_handle");
  if (handle === null || typeof handle !== "object" || !("useUserBuffer" in handle)) {
    return given;
  }
  const options: SocketConstructorOpts & { handle: object; onread: OnReadOpts } = {
    handle,
    onread: {
      buffer: scratch,
      callback: (length) => {
        socket.emit("data", scratch.subarray(0, length));
        return true;
      },
    },
  };
  Reflect.set(given, "_handle", null);
  const socket = new Socket(options);
  socket.once("close", () => given.destroy());
  return socket;
}
