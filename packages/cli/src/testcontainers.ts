import { randomBytes } from "node:crypto";
import {
  AbstractStartedContainer,
  GenericContainer,
  getContainerRuntimeClient,
  RandomPortGenerator,
  type StartedTestContainer,
  Wait,
} from "testcontainers";
import type { ClientOptions } from "./server.ts";

const HTTP_PORT = 4566;
/** The ports that are reached from outside, by protocol. Docker maps TCP. */
const INGEST_PORTS = { rtmp: 1935, rtmps: 4443 } as const;
const ACCOUNT = "000000000000";
const REGION = "us-east-1";
const STARTUP_TIMEOUT_MS = 120_000;

/**
 * Rolecast in a container, from the image that `docker build -t rolecast .` makes. It keeps
 * nothing, may be emptied, and has a root key of its own, since others of the network can reach it.
 * Settings are variables: `.withEnvironment({ ROLECAST_ENFORCEMENT: "soft" })`.
 */
export class RolecastContainer extends GenericContainer {
  readonly #root: RootKey = {
    accessKeyId: `AKIA${randomBytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString("hex"),
  };
  #address: Readonly<Record<string, string>> = {};

  constructor(image = "rolecast") {
    super(image);
    this.withExposedPorts(...Object.values(INGEST_PORTS))
      .withWaitStrategy(Wait.forLogMessage(/^Ready\.$/))
      .withStartupTimeout(STARTUP_TIMEOUT_MS)
      .withEnvironment({
        ROLECAST_DATA: "memory",
        ROLECAST_ALLOW_RESET: "true",
        ROLECAST_ACCOUNTS: JSON.stringify([
          {
            id: ACCOUNT,
            rootAccessKeyId: this.#root.accessKeyId,
            rootSecretAccessKey: this.#root.secretAccessKey,
          },
        ]),
      });
  }

  /**
   * Channels contain their playback URL before they are played, so the port on this machine is
   * chosen here. Containers of the same network find the server by its last alias.
   */
  protected override async beforeContainerCreated(): Promise<void> {
    const host = await new RandomPortGenerator().generatePort();
    this.withExposedPorts({ container: HTTP_PORT, host });
    const alias = this.networkAliases.at(-1);
    const name = alias ?? (await getContainerRuntimeClient()).info.containerRuntime.host;
    const address = {
      ROLECAST_PUBLIC_BASE_URL: `http://${name}:${alias === undefined ? host : HTTP_PORT}`,
      ROLECAST_INGEST_HOST: name,
    };
    // The test suite's settings stay; those that an earlier start of this object chose don't.
    this.#address = Object.fromEntries(
      Object.entries(address).filter(([key]) => this.environment[key] === this.#address[key]),
    );
    this.withEnvironment(this.#address);
  }

  /** Resolves once every service answers. */
  override async start(): Promise<StartedRolecastContainer> {
    return new StartedRolecastContainer(await super.start(), this.#root);
  }
}

interface RootKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A running server; the methods of LocalStack's module are here by the same names. */
export class StartedRolecastContainer extends AbstractStartedContainer {
  readonly #root: RootKey;

  constructor(container: StartedTestContainer, root: RootKey) {
    super(container);
    this.#root = root;
  }

  /** The port of the AWS APIs and HLS, on the machine of the container engine. */
  getPort(): number {
    return this.getMappedPort(HTTP_PORT);
  }

  /** The port of RTMP ingest, for channels with insecureIngest. */
  getRtmpPort(): number {
    return this.getMappedPort(INGEST_PORTS.rtmp);
  }

  getRtmpsPort(): number {
    return this.getMappedPort(INGEST_PORTS.rtmps);
  }

  /** `http://localhost:41234`: the endpoint for AWS's clients. */
  getConnectionUri(): string {
    return `http://${this.getHost()}:${this.getPort()}`;
  }

  getRegion(): string {
    return REGION;
  }

  /** The root user's. */
  getAccessKey(): string {
    return this.#root.accessKeyId;
  }

  getSecretKey(): string {
    return this.#root.secretAccessKey;
  }

  /** `new IvsClient(container.clientOptions)`. */
  get clientOptions(): ClientOptions {
    const credentials = { ...this.#root };
    const endpoint = this.getConnectionUri();
    return { endpoint, region: REGION, credentials, forcePathStyle: true };
  }

  /** Empties everything but the root key, then applies the seed file if there is one. */
  async reset(): Promise<void> {
    const { exitCode, output } = await this.exec(["rolecast", "reset"]);
    if (exitCode !== 0) throw new Error(`the reset failed: ${output}`);
  }
}
