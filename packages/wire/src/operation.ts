import type { ErrorShape, HttpTrait, StructureShape } from "./schema/shape.ts";
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
  /** The input's payload is a stream of bytes, which decode leaves unread. */
  readonly streamingInput: boolean;
  /** The output's payload is a stream of bytes or of events. */
  readonly streamingOutput: boolean;
  readonly http: HttpTrait | undefined;
  readonly hostPrefix: string | undefined;
}

/** Where an S3 request points; both undefined for the service itself. */
export interface Addressing {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}
