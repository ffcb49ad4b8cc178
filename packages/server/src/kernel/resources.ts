/** Properties by the names that the type's schema gives them: `{ RoleName: "writer" }`. */
export type ResourceModel = Readonly<Record<string, unknown>>;

/** A change of the property's value keeps the resource, replaces it, or either. */
export type Replacement = "no" | "yes" | "maybe";

/** The type of a property's value, as the resource's schema has it. */
export type PropertyType =
  | { readonly kind: "string" | "integer" | "number" | "boolean" | "json" | "timestamp" }
  | { readonly kind: "list" | "map"; readonly of: PropertyType }
  /** One of `ResourceSchema.types`. */
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "union"; readonly of: readonly PropertyType[] };

export interface Property {
  readonly type: PropertyType;
  readonly required: boolean;
  readonly replacement: Replacement;
}

/** All that is known of a resource type as data: checks, plans, drift and Ref need nothing else. */
export interface ResourceSchema {
  /** `AWS::IVS::Channel`. */
  readonly typeName: string;
  readonly properties: Readonly<Record<string, Property>>;
  /** It takes further properties of any name: a custom resource does. */
  readonly isOpen?: true;
  /** Types that properties share, by name. */
  readonly types: Readonly<Record<string, Readonly<Record<string, Property>>>>;
  /** `Fn::GetAtt` gives these beside properties: `Arn`, `Outputs.Url`. */
  readonly attributes: Readonly<Record<string, PropertyType>>;
  /** Properties or attributes that name the resource; Cloud Control joins them with `|`. */
  readonly primaryIdentifier: readonly string[];
  /** The names of what `Ref` gives; several are joined with `|`. */
  readonly ref: readonly string[];
  /** Properties that reading the resource doesn't give back; paths, where they are nested. */
  readonly writeOnly: readonly string[];
  /** The property that holds tags, and its form: a list of Key and Value, or a map. */
  readonly tags?: {
    readonly property: string;
    readonly form: "list" | "map";
    /** CloudFormation gives resources of the type the tags `aws:cloudformation:…`. */
    readonly hasSystemTags: boolean;
  };
}

/** The outcome of a step: the resource as it is now, or a pause after which the work goes on. */
export type Step =
  | { readonly kind: "done"; readonly model: ResourceModel }
  /** `state` is stored and handed to the next step, which may run in another process. */
  | {
      readonly kind: "wait";
      readonly ms: number;
      readonly state: ResourceModel;
      /** The resource so far, once it has an identifier. */
      readonly model?: ResourceModel;
    };

/**
 * A step's calls. They are made as the caller of the whole work, through its chain of services:
 * real authorization and audit. One step is one transaction with the row that remembers it, so a
 * step that rejects, or whose process dies, has changed nothing.
 */
export interface ResourceCall {
  readonly accountId: string;
  readonly region: string;
  /** `aws`. */
  readonly partition: string;
  /** As `Invoke` has it, in the resource's Region or another one; rejects with AwsError. */
  invoke<Output>(
    service: string,
    operation: string,
    input: object,
    region?: string,
  ): Promise<Output>;
  /** The state that the step before it left; undefined in the first. */
  readonly state: ResourceModel | undefined;
  /** The same in every step of one piece of work, and different in each: an idempotency token. */
  readonly token: string;
  /**
   * True for a resource that comes to be a stack's as it is: its tags are written even where they
   * stay, so that it gets AWS's own.
   */
  readonly rewritesTags?: boolean;
}

/** How a resource is named that was declared without a name. */
export interface Naming {
  /** The property or attribute that gets the name. */
  readonly property: string;
  readonly lengthMax: number;
  /** `abbreviated`: the first characters of stack and logical id alone, as for inline policies. */
  readonly form?: "lower-case" | "abbreviated" | "cfn-prefix";
}

/**
 * How one type of resource is made, read, changed and removed by its service's own operations.
 * Undoing, replacing and naming are the engine's, once for all types. Every method rejects with
 * the AwsError of the operation that refused, or with `ResourceError`.
 */
export interface ResourceType {
  readonly typeName: string;
  /** The properties that its operations take; the schema's others are refused by name. */
  readonly properties: readonly string[];
  /** Left out: a resource has no name, or must be given one. */
  readonly naming?: Naming;
  /**
   * The service doesn't know such a resource as one thing: only whoever remembers its model can
   * read, update and delete it, and hands the whole model in as its identifier. Cloud Control
   * refuses such types, as AWS does.
   */
  readonly isRemembered?: boolean;
  /** Attributes that are secret: whoever keeps its model seals it. */
  readonly secretAttributes?: readonly string[];
  /** The model has what can be read afterwards: its identifier and attributes are among it. */
  create(want: ResourceModel, call: ResourceCall): Promise<Step>;
  /**
   * `identifier` has at least the primary identifier's members. Rejects with NotFound where it is
   * gone.
   */
  read(identifier: ResourceModel, call: ResourceCall): Promise<ResourceModel>;
  /** From `was`, the declared properties of before, to `want`, without a change that replaces. */
  update(
    identifier: ResourceModel,
    was: ResourceModel,
    want: ResourceModel,
    call: ResourceCall,
  ): Promise<Step>;
  /**
   * `identifier` is the whole model as it was last: what it has is removed with the resource, what
   * others attached isn't. Rejects with NotFound where it is gone.
   */
  delete(identifier: ResourceModel, call: ResourceCall): Promise<Step>;
  /** Identifiers of all in the account and Region; `model` has what listing needs beside it. */
  list(model: ResourceModel, call: ResourceCall): AsyncIterable<ResourceModel>;
}

/**
 * Source: CloudFormation CLI user guide, "Handler error codes".
 */
export type HandlerErrorCode =
  | "NotUpdatable"
  | "InvalidRequest"
  | "AccessDenied"
  | "UnauthorizedTaggingOperation"
  | "InvalidCredentials"
  | "AlreadyExists"
  | "NotFound"
  | "ResourceConflict"
  | "Throttling"
  | "ServiceLimitExceeded"
  | "NotStabilized"
  | "GeneralServiceException"
  | "ServiceInternalError"
  | "ServiceTimeout"
  | "NetworkFailure"
  | "InternalFailure";

/** A refusal of a resource type's own, where no operation refuses. */
export class ResourceError extends Error {
  override readonly name = "ResourceError";
  readonly code: HandlerErrorCode;

  constructor(code: HandlerErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The types of one service, loaded with the first use. */
export interface ResourceTypeSource {
  readonly typeNames: readonly string[];
  load(): Promise<readonly ResourceType[]>;
}

/** All resource types of the server. */
export interface ResourceTypes {
  readonly typeNames: readonly string[];
  /** Undefined: this server has no such type. */
  find(typeName: string): Promise<ResourceType | undefined>;
  schema(typeName: string): Promise<ResourceSchema | undefined>;
}
