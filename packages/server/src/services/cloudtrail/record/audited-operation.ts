import type { Operation } from "@rolecast/wire";
import type { AuditFacts } from "../../../kernel/audit-facts.ts";
import { quoted } from "../../../kernel/json-text.ts";
import { readsByName } from "../../../kernel/ports/call-audit.ts";
import type { Service } from "../../../kernel/service.ts";
import { RedactedElements } from "./redacted-elements.ts";

const NO_FACTS: AuditFacts = {};

/** The facts that all records of one operation share. */
export interface AuditedOperation {
  readonly isData: boolean;
  readonly readOnly: boolean;
  readonly eventName: string;
  readonly eventSource: string;
  /** The JSON of these two. */
  readonly named: string;
  readonly region: string | undefined;
  /** JSON, `null` if there are none. */
  parameters(input: Readonly<Record<string, unknown>>): string;
  /** JSON, `null` for what changes nothing and gives no credentials. */
  elements(output: unknown): string;
}

/** Works out each operation once. */
export class AuditedOperations {
  readonly #known = new WeakMap<Operation, AuditedOperation>();
  readonly #elements = new WeakMap<Service, RedactedElements>();

  of(service: Service, operation: Operation): AuditedOperation {
    let known = this.#known.get(operation);
    if (!known) {
      known = this.#describe(service, operation);
      this.#known.set(operation, known);
    }
    return known;
  }

  #describe(service: Service, operation: Operation): AuditedOperation {
    const { name, input, output } = operation;
    const facts = service.audit ?? NO_FACTS;
    const elements = this.#elementsOf(service, facts);
    const reads = readsByName(name);
    const writeInput = input && elements.structure(input);
    const isUntold = reads || facts.withoutElements?.includes(name) === true;
    const writeOutput = output && !isUntold ? elements.structure(output) : undefined;
    const eventName = facts.eventNames?.[name] ?? name;
    const eventSource = `${service.definition.signingName}.amazonaws.com`;
    return {
      isData: facts.dataOperations?.includes(name) ?? false,
      readOnly: reads || (facts.readOnly?.includes(name) ?? false),
      eventName,
      eventSource,
      named: `"eventSource":${quoted(eventSource)},"eventName":${quoted(eventName)}`,
      region: facts.recordedIn,
      parameters: (value) => orNull(writeInput?.(value)),
      elements: (value) => orNull(writeOutput?.(value ?? {})),
    };
  }

  #elementsOf(service: Service, facts: AuditFacts): RedactedElements {
    let elements = this.#elements.get(service);
    if (!elements) {
      elements = new RedactedElements(facts);
      this.#elements.set(service, elements);
    }
    return elements;
  }
}

function orNull(elements: string | undefined): string {
  return elements === undefined || elements === "{}" ? "null" : elements;
}
