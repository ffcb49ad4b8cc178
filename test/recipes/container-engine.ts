import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { type ContainerOptions, ContainerProcess } from "./container-process.ts";
import type { Image } from "./image.ts";

type Route = readonly [
  method: string,
  path: RegExp,
  answer: (request: IncomingMessage, response: ServerResponse, id: string) => void | Promise<void>,
];

/**
 * As much of Docker's engine API as Testcontainers needs for one image, whose containers are plain
 * processes: no engine can be installed where the tests run. Everything else answers 404.
 */
export class ContainerEngine {
  readonly containers = new Map<string, ContainerProcess>();
  #image: Image;
  #executions = new Map<string, { container: ContainerProcess; command: string[]; code: number }>();
  #server = createServer((request, response) => void this.#answer(request, response));

  constructor(image: Image) {
    this.#image = image;
  }

  /** Resolves to what DOCKER_HOST takes. */
  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `tcp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const container of this.containers.values()) await container.stop();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  readonly #routes: readonly Route[] = [
    ["GET", /^\/info$/, (_, response) => send(response, 200, { OSType: "linux" })],
    ["GET", /^\/images\/rolecast(?::latest)?\/json$/, (_, response) => send(response, 200, {})],
    // No other test suite's.
    ["GET", /^\/containers\/json$/, (_, response) => send(response, 200, [])],
    [
      "POST",
      /^\/containers\/create$/,
      async (request, response) => {
        const options = (await json(request)) as ContainerOptions;
        const Id = `container${this.containers.size + 1}`;
        this.containers.set(Id, new ContainerProcess(options, this.#image));
        send(response, 201, { Id, Warnings: [] });
      },
    ],
    [
      "POST",
      /^\/containers\/(\w+)\/start$/,
      async (_, response, id) => {
        await this.#container(id).start();
        response.writeHead(204).end();
      },
    ],
    [
      "GET",
      /^\/containers\/(\w+)\/json$/,
      (_, response, id) => send(response, 200, inspect(id, this.#container(id))),
    ],
    [
      "GET",
      /^\/containers\/(\w+)\/logs$/,
      (_, response, id) => {
        response.writeHead(200, { "content-type": "application/vnd.docker.multiplexed-stream" });
        response.flushHeaders();
        this.#container(id).follow(response);
      },
    ],
    [
      "POST",
      /^\/containers\/(\w+)\/exec$/,
      async (request, response, id) => {
        const { Cmd: command } = (await json(request)) as { Cmd: string[] };
        const Id = `exec${this.#executions.size + 1}`;
        this.#executions.set(Id, { container: this.#container(id), command, code: -1 });
        send(response, 201, { Id });
      },
    ],
    [
      "POST",
      /^\/exec\/(\w+)\/start$/,
      async (_, response, id) => {
        const execution = this.#executions.get(id);
        if (!execution) return send(response, 404, { message: "no such exec" });
        response.writeHead(200, { "content-type": "application/vnd.docker.raw-stream" });
        response.flushHeaders();
        await execution.container.execute(execution.command, response, (code) => {
          execution.code = code;
        });
      },
    ],
    [
      "GET",
      /^\/exec\/(\w+)\/json$/,
      (_, response, id) => send(response, 200, { ExitCode: this.#executions.get(id)?.code }),
    ],
    [
      "POST",
      /^\/containers\/(\w+)\/stop$/,
      async (_, response, id) => {
        await this.#container(id).stop();
        response.writeHead(204).end();
      },
    ],
    [
      "DELETE",
      /^\/containers\/(\w+)$/,
      (_, response, id) => {
        this.containers.delete(id);
        response.writeHead(204).end();
      },
    ],
  ];

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? "", "http://engine").pathname);
    for (const [method, pattern, answer] of this.#routes) {
      const found = request.method === method && pattern.exec(path.replace(/^\/v1\.\d+/, ""));
      if (!found) continue;
      try {
        return await answer(request, response, found[1] ?? "");
      } catch (error) {
        return send(response, 500, { message: String(error) });
      }
    }
    send(response, 404, { message: `page not found: ${request.method} ${path}` });
  }

  #container(id: string): ContainerProcess {
    const container = this.containers.get(id);
    if (!container) throw new Error(`No such container: ${id}`);
    return container;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function inspect(id: string, container: ContainerProcess): unknown {
  const { options, ports, running, startedAt } = container;
  return {
    Id: id,
    Name: `/${id}`,
    Config: { Hostname: id, Labels: options.Labels ?? {}, Env: options.Env },
    State: {
      Status: running ? "running" : "exited",
      Running: running,
      StartedAt: startedAt.toISOString(),
      FinishedAt: "0001-01-01T00:00:00Z",
    },
    HostConfig: options.HostConfig,
    NetworkSettings: {
      Networks: {},
      Ports: Object.fromEntries(
        [...ports].map(([port, HostPort]) => [port, [{ HostIp: "0.0.0.0", HostPort }]]),
      ),
    },
  };
}
