/**
 * The part of the package `testcontainers` (10.2 or newer) that `testcontainers.ts` uses. Users of
 * `rolecast/testcontainers` install it; here it isn't installed, because its SSH client would have
 * to be compiled.
 */
declare module "testcontainers" {
  export class GenericContainer {
    protected environment: Record<string, string>;
    protected networkAliases: string[];
    constructor(image: string);
    protected beforeContainerCreated?(): Promise<void>;
    start(): Promise<StartedTestContainer>;
    withEnvironment(environment: Record<string, string>): this;
    withExposedPorts(...ports: (number | { container: number; host: number })[]): this;
    withStartupTimeout(startupTimeoutMs: number): this;
    withWaitStrategy(waitStrategy: WaitStrategy): this;
  }

  export interface WaitStrategy {
    withStartupTimeout(startupTimeoutMs: number): this;
  }

  export const Wait: { forLogMessage(message: string | RegExp, times?: number): WaitStrategy };

  export class RandomPortGenerator {
    generatePort(): Promise<number>;
  }

  export function getContainerRuntimeClient(): Promise<{
    readonly info: { readonly containerRuntime: { readonly host: string } };
  }>;

  export interface StartedTestContainer {
    getHost(): string;
    getMappedPort(port: number): number;
    exec(command: string[]): Promise<{ output: string; exitCode: number }>;
  }

  export class AbstractStartedContainer implements StartedTestContainer {
    constructor(startedTestContainer: StartedTestContainer);
    getHost(): string;
    getMappedPort(port: number): number;
    exec(command: string[]): Promise<{ output: string; exitCode: number }>;
  }
}
