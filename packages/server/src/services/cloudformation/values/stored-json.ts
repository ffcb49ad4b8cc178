import type { ResourceModel } from "../../../kernel/resources.ts";

/** The rest of a step that goes on later. */
export interface PendingStep {
  readonly action: "create" | "update" | "delete";
  readonly dueMs: number;
  /** The step left this for its next part. */
  readonly state: ResourceModel;
  readonly token: string;
  /** The properties that are being put in force, with a generated name. */
  readonly want: ResourceModel;
  /** An update's start, where it isn't what the row says: the resource had drifted. */
  readonly was?: ResourceModel | undefined;
}

/** A resource as it was before an operation; `absent`: there was none. */
export type Before =
  | { readonly kind: "absent" }
  | {
      readonly kind: "present";
      readonly physical_id: string;
      readonly type: string;
      readonly model: string;
      readonly properties: string;
      readonly depends_on: string;
      readonly deletion_policy: string;
      readonly replace_policy: string;
      readonly metadata: string | null;
      readonly version: number;
      /** JSON: the properties as they were there, where the resource had drifted. */
      readonly actual?: string;
    };

export function modelOf({ model }: { readonly model: string | null }): ResourceModel {
  return model === null ? {} : (parsed(model) as ResourceModel);
}

export function propertiesOf({ properties }: { readonly properties: string }): ResourceModel {
  return parsed(properties) as ResourceModel;
}

export function dependsOn({ depends_on }: { readonly depends_on: string }): readonly string[] {
  return parsed(depends_on) as readonly string[];
}

export function pendingOf({ wait }: { readonly wait: string | null }): PendingStep | undefined {
  return wait === null ? undefined : (JSON.parse(wait) as PendingStep);
}

export function beforeOf({ before }: { readonly before: string | null }): Before | undefined {
  return before === null ? undefined : (JSON.parse(before) as Before);
}

/** Texts of rows are read again and again while references to them are resolved. */
const PARSED_MAX = 4_096;
const parsedTexts = new Map<string, unknown>();

function parsed(text: string): unknown {
  const known = parsedTexts.get(text);
  if (known !== undefined) return known;
  const value: unknown = JSON.parse(text);
  if (parsedTexts.size >= PARSED_MAX) parsedTexts.clear();
  parsedTexts.set(text, value);
  return value;
}
