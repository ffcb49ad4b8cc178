import { formatArn, isAccountId, parseArn } from "../arn.ts";

/** The account and Region of a resource. */
export interface ResourceLocation {
  readonly accountId: string;
  readonly region: string;
}

/** A resource's ARN, taken apart. */
export interface ResourceReference<Type extends string> extends ResourceLocation {
  readonly type: Type;
  readonly id: string;
}

/** The ARNs of a service: `arn:aws:<service>:<region>:<account>:<type>/<id>`, all of them. */
export class ResourceArns<Type extends string> {
  readonly #service: string;
  readonly #types: readonly string[];
  readonly #id: RegExp;

  /** `id` is what an id may look like, from its first character to its last. */
  constructor(service: string, types: readonly Type[], id: RegExp) {
    this.#service = service;
    this.#types = types;
    this.#id = id;
  }

  /** An id of `*` stands for what isn't made yet. */
  arn({ region, accountId }: ResourceLocation, type: Type, id: string): string {
    return formatArn({ service: this.#service, region, accountId, resource: `${type}/${id}` });
  }

  /** Undefined when the text is no ARN of a resource that the service keeps. */
  parse(arn: string): ResourceReference<Type> | undefined {
    const parts = parseArn(arn);
    if (parts?.partition !== "aws" || parts.service !== this.#service) return undefined;
    if (parts.region === "" || !isAccountId(parts.accountId)) return undefined;
    const slash = parts.resource.indexOf("/");
    const type = parts.resource.slice(0, slash);
    const id = parts.resource.slice(slash + 1);
    if (slash < 0 || !this.#id.test(id) || !this.#isType(type)) return undefined;
    return { accountId: parts.accountId, region: parts.region, type, id };
  }

  #isType(text: string): text is Type {
    return this.#types.includes(text);
  }
}
