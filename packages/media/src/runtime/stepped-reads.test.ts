import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { freshModule } from "../testing/fresh-module.ts";
import { reuseReadMemory } from "./scratch-socket.ts";
import type * as Steps from "./stepped-reads.ts";
import { type ReadPace, readInSteps } from "./stepped-reads.ts";

/** Both ends of a connection, the second one read in steps, and what that one has heard. */
async function connection(pace: ReadPace = "prompt", read = readInSteps) {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
  });
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1").setNoDelay();
  const [given] = await once(server, "connection");
  const socket = reuseReadMemory(given);
  onTestFinished(() => {
    client.destroy();
    socket.destroy();
  });
  const heard: Buffer[] = [];
  socket.on("data", (bytes: Buffer) => heard.push(Buffer.from(bytes)));
  read(socket, pace);
  return { client, socket, heard, text: () => Buffer.concat(heard).toString("latin1") };
}

async function heardAll(socket: Socket, isAll: () => boolean): Promise<void> {
  while (!isAll()) {
    await once(socket, "data");
  }
}

/** Steps of the test's own, which come when it says: other tests' timer may still be a real one. */
async function ownSteps(): Promise<typeof readInSteps> {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const own = await freshModule<typeof Steps>("./stepped-reads.ts", import.meta.url);
  return own.readInSteps;
}

describe.each<ReadPace>(["prompt", "steady", "relaxed"])("read at the %s pace", (pace) => {
  test("packets that come while a socket is busy are read together", async () => {
    const { client, socket, heard, text } = await connection(pace, await ownSteps());
    client.write("x");
    await once(socket, "data");
    for (let packet = 1; packet < 60; packet += 1) {
      await new Promise((resolve) => client.write("x", resolve));
      await setImmediate();
      await setImmediate();
    }
    while (text().length < 60) {
      vi.advanceTimersByTime(90);
      await setImmediate();
    }
    expect(heard.length).toBeLessThan(30);
  });

  test("all of a large burst comes, in order, and its end after it", async () => {
    const { client, socket, heard } = await connection(pace);
    const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, index) => index % 251));
    const ended = once(socket, "end");
    client.end(sent);
    await ended;
    expect(Buffer.concat(heard).equals(sent)).toBe(true);
  });

  test("a socket that was silent is heard again", async () => {
    const { client, socket, text } = await connection(pace);
    const timers = () =>
      process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const others = timers();
    for (const word of ["one", "two", "three"]) {
      const heard = heardAll(socket, () => text().endsWith(word));
      client.write(word);
      await heard;
      // The timer ends when no reader is busy any more.
      while (timers() > others) {
        await setImmediate();
      }
    }
    expect(text()).toBe("onetwothree");
  });

  test("a connection that is reset while it is busy closes", async () => {
    const { client, socket } = await connection(pace);
    const failure = once(socket, "error").catch((error: Error) => [error]);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    client.write("begun");
    await once(socket, "data");
    client.resetAndDestroy();
    await closed;
    expect((await failure)[0]).toMatchObject({ code: "ECONNRESET" });
  });

  test("a listener may destroy its socket", async () => {
    const { client, socket, text } = await connection(pace);
    client.write("first");
    await heardAll(socket, () => text() === "first");
    const closed = once(socket, "close");
    socket.once("data", () => socket.destroy());
    client.write("second");
    await closed;
    expect(text()).toBe("firstsecond");
  });
});

test("a burst is read whole in its step, and doesn't make the next reads more", async () => {
  const { client, socket, heard, text } = await connection("prompt", await ownSteps());
  client.write("x");
  await once(socket, "data");
  const burst = Buffer.alloc(100_000, "k");
  await new Promise((resolve) => client.write(burst, resolve));
  while (text().length < 1 + burst.length) {
    vi.advanceTimersByTime(30);
    await setImmediate();
  }
  const before = heard.length;
  for (let packet = 0; packet < 20; packet += 1) {
    await new Promise((resolve) => client.write("x", resolve));
    await setImmediate();
    await setImmediate();
  }
  while (text().length < 21 + burst.length) {
    vi.advanceTimersByTime(30);
    await setImmediate();
  }
  expect(before).toBeLessThan(5);
  expect(heard.length - before).toBeLessThan(10);
});

test("what is read at the relaxed pace is read half as often", async () => {
  const read = await ownSteps();
  const both = [await connection("prompt", read), await connection("relaxed", read)] as const;
  for (const { client, socket } of both) {
    client.write("x");
    await once(socket, "data");
  }
  for (let packet = 1; packet < 60; packet += 1) {
    for (const { client } of both) {
      await new Promise((resolve) => client.write("x", resolve));
    }
    vi.advanceTimersByTime(30);
  }
  for (const { text } of both) {
    while (text().length < 60) {
      vi.advanceTimersByTime(30);
      await setImmediate();
    }
  }
  const [prompt, relaxed] = both.map(({ heard }) => heard.length);
  expect(relaxed).toBeLessThan(((prompt ?? 0) * 2) / 3);
});
