import type { Ids } from "../../kernel/ids.ts";
import type { Decide } from "../../kernel/invoke.ts";
import type { CredentialSource } from "../../kernel/ports/identity.ts";
import type { ReadableRows } from "../../kernel/readable-rows.ts";
import type { ServiceDependencies } from "../../kernel/service.ts";
import type { StoredCallers } from "../../kernel/stored-callers.ts";
import type { TemplateReader } from "./reader/template-reader.ts";
import type { EngineTypes } from "./types/engine-types.ts";

/** The engine's parts. */
export interface EngineDependencies extends ServiceDependencies {
  readonly ids: Ids;
  readonly decide: Decide;
  /** Finds the callers of the sessions that stacks' roles get. */
  readonly sessions: CredentialSource;
  readonly storedCallers: StoredCallers;
  readonly types: EngineTypes;
  readonly reader: TemplateReader;
  readonly readable: ReadableRows;
}

/** The worker of stacks' operations, as requests need it. */
export interface Operations {
  /** There is a new operation. */
  wake(): void;
  /** Wakes the worker and resolves when the operation has ended, at the latest after `ms`. */
  settled(operationId: string, ms: number): Promise<void>;
}

/** What CloudFormation's operations are made with. */
export interface CloudFormationDependencies extends EngineDependencies {
  readonly worker: Operations;
  /** Requests for templates name this server by it. */
  readonly address: { readonly endpoint: string; readonly publicBaseUrl: string };
  readonly settings: CloudFormationSettings;
}

export interface CloudFormationSettings {
  /** A request that starts an operation is answered when that ends, at the latest after this. */
  readonly stackAnswerMs: number;
  /** The URLs of custom resources' endpoints, by their service tokens. */
  readonly customResources: Readonly<Record<string, string>>;
}
