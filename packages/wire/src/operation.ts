import type {
  ErrorShape,
  HttpTrait,
  OperationShape,
  Shape,
  StructureShape,
} from "./schema/shape.ts";
import type { ServiceDefinition } from "./service-definition.ts";

/** One operation of a service, ready to be matched, decoded and encoded. */
export interface Operation {
  readonly name: string;
  readonly service: ServiceDefinition;
  /** Undefined when the operation takes nothing. Members know whether they are required. */
  readonly input: StructureShape | undefined;
  readonly output: StructureShape | undefined;
  /** The service's modelled errors by wire code and by shape name. */
  readonly errors: ReadonlyMap<string, ErrorShape>;
  /** The input's payload is a stream of bytes or of events. */
  readonly streamingInput: boolean;
  /** The output's payload is one. */
  readonly streamingOutput: boolean;
  readonly http: HttpTrait | undefined;
  readonly hostPrefix: string | undefined;
}

/** The bucket and object of an S3 request; both undefined for the service itself. */
export interface Addressing {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

/** An operation whose shapes are read from its schema when somebody asks for them. */
export class ServiceOperation implements Operation {
  readonly name: string;
  readonly service: ServiceDefinition;
  readonly errors: ReadonlyMap<string, ErrorShape>;
  readonly http: HttpTrait | undefined;
  readonly hostPrefix: string | undefined;
  readonly #shape: OperationShape;
  /** Both are asked for at each request. */
  #input: { readonly shape: StructureShape | undefined } | undefined;
  #output: { readonly shape: StructureShape | undefined } | undefined;

  constructor(
    shape: OperationShape,
    service: ServiceDefinition,
    errors: ReadonlyMap<string, ErrorShape>,
  ) {
    this.name = shape.name;
    this.service = service;
    this.errors = errors;
    this.http = shape.http;
    this.hostPrefix = shape.hostPrefix;
    this.#shape = shape;
  }

  get input(): StructureShape | undefined {
    this.#input ??= { shape: this.#shape.input };
    return this.#input.shape;
  }

  get output(): StructureShape | undefined {
    this.#output ??= { shape: this.#shape.output };
    return this.#output.shape;
  }

  get streamingInput(): boolean {
    return hasStreamingPayload(this.input);
  }

  get streamingOutput(): boolean {
    return hasStreamingPayload(this.output);
  }
}

function hasStreamingPayload(shape: StructureShape | undefined): boolean {
  return shape?.members.some(({ target }) => isStream(target)) === true;
}

function isStream(target: Shape): boolean {
  return target.kind === "streamingBlob" || ("eventStream" in target && target.eventStream);
}
