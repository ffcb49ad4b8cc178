import assert from "node:assert";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import type { WireResponse } from "@rolecast/wire";
import { afterEach, describe, expect, test } from "vitest";
import type { Log } from "../kernel/ports/log.ts";
import { BodyBudget, NoRoomForBodyError } from "./body-budget.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import type { GatewayRequest } from "./gateway-request.ts";
import { HttpServer } from "./http-server.ts";

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const KIB = 1024;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Started {
  readonly limits?: Partial<ConnectionLimits>;
  readonly budget?: BodyBudget;
  readonly trustedProxies?: readonly string[];
  readonly serve?: (request: GatewayRequest) => Promise<WireResponse>;
}

const OK: WireResponse = { status: 200, headers: {}, body: "ok" };
/** Reads the body whole, and says how long it was or what went wrong. */
const readWhole = async (request: GatewayRequest): Promise<WireResponse> => {
  try {
    const body = await request.readBody(64 * KIB);
    return { ...OK, body: `read ${body.length}` };
  } catch (error) {
    return { status: 400, headers: {}, body: String(error) };
  }
};

async function startServer({ serve = async () => OK, ...more }: Started): Promise<number> {
  const server = new HttpServer({
    ...{ host: "127.0.0.1", port: 0, log: quiet, trustedProxies: [] },
    ...more,
  });
  server.serve(serve);
  ends.push(() => server.close());
  return server.listen();
}

/** A connection, and everything that comes back on it until it is closed. */
function open(port: number, localAddress = "127.0.0.1") {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  ends.push(() => socket.destroy());
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.on("error", () => {});
  const closed = new Promise<string>((resolve) => socket.on("close", () => resolve(text)));
  const until = async (pattern: RegExp) => {
    while (!pattern.test(text)) {
      if (socket.destroyed) throw new Error(`closed after ${text}`);
      await Promise.race([once(socket, "data"), closed]);
    }
    return text;
  };
  return { socket, closed, until };
}

/** Sends a byte whenever the event loop comes round, until the other end has had enough. */
function trickle(socket: Socket, piece: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(piece), everyMs);
  socket.on("close", () => clearInterval(timer));
  ends.push(() => clearInterval(timer));
}

const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const post = (length: number) => `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n\r\n`;

describe("a connection is closed", () => {
  const limits = { headersMs: 200, slowMs: 200, drainMs: 200, sweepMs: 50 };

  test("when its headers don't come to an end", async () => {
    const port = await startServer({ limits });
    const { socket, closed } = open(port);
    socket.write("GET / HTTP/1.1\r\n");
    trickle(socket, "a: b\r\n", 20);
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("when nothing is ever asked on it", async () => {
    const port = await startServer({ limits });
    expect(await open(port).closed).toMatch(/^HTTP\/1\.1 408 /);
  });

  test.each([
    ["a length", "content-length: 60000", "a"],
    ["chunks", "transfer-encoding: chunked", "1\r\na\r\n"],
    ["extensions of a chunk", "transfer-encoding: chunked", "a"],
  ])("when a body with %s hardly comes", async (kind, header, piece) => {
    const port = await startServer({ limits, serve: readWhole });
    const { socket, closed } = open(port);
    socket.write(`POST / HTTP/1.1\r\nhost: a\r\n${header}\r\n\r\n`);
    if (kind === "extensions of a chunk") socket.write("ffff;x=");
    trickle(socket, piece, 20);
    expect(await closed).toContain("the body came too slowly");
  });

  test.each([
    ["nothing of a body", ""],
    ["less of a body than its length", "abc"],
  ])("when %s comes", async (_what, piece) => {
    const port = await startServer({ limits: { idleMs: 200, sweepMs: 50 }, serve: readWhole });
    const { socket, closed } = open(port);
    socket.write(post(4) + piece);
    const answer = await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*connection: close/i);
    expect(answer).toContain("Idle connections will be closed.");
  });

  test("when a streamed body hardly comes, with an answer", async () => {
    const port = await startServer({
      limits,
      serve: async (request) => {
        const error = await request.body.toArray().catch((reason: Error) => reason.message);
        return { status: 400, headers: {}, body: String(error) };
      },
    });
    const { socket, closed } = open(port);
    socket.write(post(60_000));
    trickle(socket, "a", 20);
    const answer = await closed;
    expect(answer).toContain("the body came too slowly");
    expect(answer).toMatch(/connection: close/i);
  });

  test("when what follows an early answer doesn't end", async () => {
    const port = await startServer({ limits });
    const { socket, closed } = open(port);
    socket.write(post(60_000));
    trickle(socket, "a", 20);
    expect(await closed).toMatch(/^HTTP\/1\.1 200 /);
  });

  test("when the answer isn't read", async () => {
    let given = 0;
    const body = () =>
      new Readable({
        read() {
          given += 64 * KIB;
          this.push(Buffer.alloc(64 * KIB));
        },
      });
    const port = await startServer({
      limits,
      serve: async () => ({ status: 200, headers: {}, body: body() }),
    });
    const socket = connect({ port, host: "127.0.0.1" });
    ends.push(() => socket.destroy());
    const gone = new Promise<void>((resolve) => socket.on("close", () => resolve()));
    socket.on("error", () => {});
    socket.pause();
    socket.write(GET);
    // The end comes with the next write, since nothing is read.
    trickle(socket, "\r\n", 50);
    await gone;
    expect(given).toBeGreaterThan(0);
  });
});

describe("a connection is kept", () => {
  test("while a slow body comes on fast enough, and while a server thinks", async () => {
    const limits = { idleMs: 500, slowMs: 200, sweepMs: 50, bytesPerSecondMin: 100 };
    let thought: (() => void) | undefined;
    const port = await startServer({
      limits,
      serve: async (request) => {
        const answer = await readWhole(request);
        await new Promise<void>((resolve) => {
          thought = resolve;
          setTimeout(resolve, 600);
        });
        return answer;
      },
    });
    const { socket, until } = open(port);
    socket.write(post(3_000));
    for (let sent = 0; sent < 3_000; sent += 100) {
      socket.write("a".repeat(100));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await until(/read \d+/)).toContain("read 3000");
    thought?.();
  });
});

describe("what no client of a server sends is refused, or means nothing", () => {
  const many = Array.from({ length: 501 }, (_, index) => `h${index}: a\r\n`).join("");
  const head = "POST / HTTP/1.1\r\nhost: a\r\n";
  test.each([
    ["too many headers", `${head}${many}\r\n`, / 431 /],
    ["headers that are too long", `${head}a: ${"a".repeat(40 * KIB)}\r\n\r\n`, / 431 /],
    [
      "a long extension of a chunk",
      `${head}transfer-encoding: chunked\r\n\r\n1;${"a".repeat(40 * KIB)}`,
      / 413 /,
    ],
    ["two lengths", `${head}content-length: 1\r\ncontent-length: 2\r\n\r\naa`, / 400 /],
    [
      "a length beside chunks",
      `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      / 400 /,
    ],
    [
      "another protocol",
      GET.replace("\r\n\r\n", "\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"),
      / 200 /,
    ],
    ["a tunnel", "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n", /^$/],
  ])("%s", async (_what, text, pattern) => {
    const port = await startServer({ serve: readWhole });
    const { socket, closed, until } = open(port);
    socket.write(text);
    expect(await (pattern.test("") ? closed : until(pattern))).toMatch(pattern);
  });
});

describe("connections are counted", () => {
  test("and one address leaves half of them to others", async () => {
    const port = await startServer({ limits: { connectionsMax: 4 } });
    const mine = [open(port), open(port)];
    for (const { socket, until } of mine) {
      socket.write(GET);
      await until(/ok$/);
    }
    const refused = open(port);
    refused.socket.write(GET);
    expect(await refused.closed).toMatch(/^HTTP\/1\.1 503 .*maxConnections/s);
    const others = [open(port, "127.0.0.2"), open(port, "127.0.0.2")];
    for (const { socket, until } of others) {
      socket.write(GET);
      await until(/ok$/);
    }
    expect(await open(port, "127.0.0.3").closed).toMatch(/^HTTP\/1\.1 503 /);
    // What ends makes room.
    mine[0]?.socket.destroy();
    let answered = "";
    while (!answered.endsWith("ok")) {
      const { socket, closed } = open(port, "127.0.0.3");
      socket.write(GET.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"));
      answered = await closed;
    }
  });

  test("but a trusted proxy has all of them", async () => {
    const limits = { connectionsMax: 4 };
    const port = await startServer({ limits, trustedProxies: ["127.0.0.1"] });
    for (let count = 0; count < 4; count++) {
      const { socket, until } = open(port);
      socket.write(GET);
      await until(/ok$/);
    }
    expect(await open(port).closed).toMatch(/^HTTP\/1\.1 503 /);
  });

  test("and requests that don't wait for each other's answers are refused", async () => {
    let running = 0;
    let most = 0;
    const answers: (() => void)[] = [];
    const port = await startServer({
      limits: { pipelinedMax: 4 },
      serve: async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => answers.push(resolve));
        running--;
        return OK;
      },
    });
    const { socket, until } = open(port);
    socket.write(GET.repeat(500));
    await expect.poll(() => answers.length).toBe(4);
    for (const answer of answers) answer();
    expect(await until(/ 503 /)).toContain("wait for their answers");
    expect(most).toBe(4);
  });
});

describe("bodies that are read whole", () => {
  test("share a budget, of which one address has half", async () => {
    const budget = new BodyBudget(100 * KIB);
    let finish: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const port = await startServer({
      budget,
      serve: async (request) => {
        const answer = await readWhole(request);
        if (request.rawPath === "/hold") await held;
        return answer;
      },
    });
    const send = (localAddress: string, path = "/") => {
      const connection = open(port, localAddress);
      connection.socket.write(post(40 * KIB).replace("/", path) + "a".repeat(40 * KIB));
      return connection;
    };
    const held1 = send("127.0.0.1", "/hold");
    const refused = async (address: string) => {
      for (;;) {
        const text = await send(address).until(/read \d+|NoRoomForBodyError/);
        if (text.includes("NoRoomForBodyError")) return true;
      }
    };
    expect(await refused("127.0.0.1")).toBe(true);
    const held2 = send("127.0.0.2", "/hold");
    expect(await refused("127.0.0.3")).toBe(true);
    finish?.();
    expect(await held1.until(/read \d+/)).toContain(`read ${40 * KIB}`);
    expect(await held2.until(/read \d+/)).toContain(`read ${40 * KIB}`);
    expect(await send("127.0.0.1").until(/read \d+/)).toContain(`read ${40 * KIB}`);
  });

  test.each([
    ["text", "ok"],
    ["bytes", Buffer.from("ok")],
    ["a stream", undefined],
    ["nothing", ""],
  ])("are given back to it where a client went before its answer: %s", async (_what, body) => {
    const leave: { arrived: () => void; answer: Promise<void> }[] = [];
    const port = await startServer({
      budget: new BodyBudget(100 * KIB),
      serve: async (request) => {
        const answer = await readWhole(request);
        if (request.rawPath !== "/leave") return answer;
        const { arrived, answer: whenGone } = leave.shift() ?? assert.fail("nobody leaves");
        arrived();
        await whenGone;
        return { ...OK, body: body ?? Readable.from(["ok"]) };
      },
    });
    for (let client = 0; client < 4; client++) {
      let answer: () => void = () => {};
      const whenGone = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const served = new Promise<void>((arrived) => leave.push({ arrived, answer: whenGone }));
      const { socket } = open(port);
      socket.write(post(40 * KIB).replace("/", "/leave") + "a".repeat(40 * KIB));
      await served;
      socket.destroy();
      // The server has seen it go once it has answered others.
      for (let other = 0; other < 3; other++) await fetch(`http://127.0.0.1:${port}/`);
      answer();
    }
    const last = open(port);
    last.socket.write(post(40 * KIB) + "a".repeat(40 * KIB));
    expect(await last.until(/read \d+|Error/)).toContain(`read ${40 * KIB}`);
  });

  test("are given back to it exactly", () => {
    const budget = new BodyBudget(10);
    for (let round = 0; round < 3; round++) {
      budget.take("a", 5);
      expect(() => budget.take("a", 1)).toThrow(NoRoomForBodyError);
      budget.take("b", 5);
      expect(() => budget.take("c", 1)).toThrow(NoRoomForBodyError);
      budget.give("a", 5);
      budget.give("b", 5);
    }
  });
});
