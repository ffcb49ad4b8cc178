import type { Part } from "../../../kernel/resource-types/declare-type.ts";
import {
  fromOperation,
  type Mapping,
  same,
  toOperation,
} from "../../../kernel/resource-types/mapping.ts";
import { listOf } from "../../../kernel/resource-types/members.ts";
import { configurationPart } from "./bucket-parts.ts";
import { type Conditions, conditionsOf, type Filter, filterOf } from "./filters.ts";

const TRANSITION: Mapping = {
  StorageClass: "same",
  TransitionDate: { to: "Date", isDate: true },
  TransitionInDays: "Days",
};

const NONCURRENT_TRANSITION: Mapping = {
  ...same("NewerNoncurrentVersions", "StorageClass"),
  TransitionInDays: "NoncurrentDays",
};

/** The conditions beside it are the rule's filter. */
const RULE: Mapping = {
  AbortIncompleteMultipartUpload: {
    to: "AbortIncompleteMultipartUpload",
    of: same("DaysAfterInitiation"),
  },
  ExpirationDate: { to: "Expiration.Date", isDate: true },
  ExpirationInDays: "Expiration.Days",
  ExpiredObjectDeleteMarker: "Expiration.ExpiredObjectDeleteMarker",
  Id: "ID",
  NoncurrentVersionExpiration: {
    to: "NoncurrentVersionExpiration",
    of: same("NewerNoncurrentVersions", "NoncurrentDays"),
  },
  NoncurrentVersionTransitions: {
    to: "NoncurrentVersionTransitions",
    of: NONCURRENT_TRANSITION,
  },
  Status: "same",
  Transitions: { to: "Transitions", of: TRANSITION },
};

interface Rule extends Conditions {
  /** The forms that came before lists. */
  readonly Transition?: unknown;
  readonly NoncurrentVersionTransition?: unknown;
  readonly NoncurrentVersionExpirationInDays?: number;
  readonly Transitions?: readonly unknown[];
  readonly NoncurrentVersionTransitions?: readonly unknown[];
}

function ruleInput(rule: Rule): object {
  const { Prefix, TagFilters, ObjectSizeGreaterThan, ObjectSizeLessThan, ...others } = rule;
  const { Transition, NoncurrentVersionTransition, NoncurrentVersionExpirationInDays, ...rest } =
    others;
  const conditions = { Prefix, TagFilters, ObjectSizeGreaterThan, ObjectSizeLessThan };
  const written = {
    ...rest,
    ...(Transition !== undefined && {
      Transitions: [...listOf(rest.Transitions), Transition],
    }),
    ...(NoncurrentVersionTransition !== undefined && {
      NoncurrentVersionTransitions: [
        ...listOf(rest.NoncurrentVersionTransitions),
        NoncurrentVersionTransition,
      ],
    }),
    ...(NoncurrentVersionExpirationInDays !== undefined && {
      NoncurrentVersionExpiration: { NoncurrentDays: NoncurrentVersionExpirationInDays },
    }),
  };
  const filter = filterOf(conditions as Conditions) ?? { Prefix: "" };
  return { ...(toOperation(RULE, written) as object), Filter: filter };
}

interface Configuration {
  readonly Rules: readonly Rule[];
  readonly TransitionDefaultMinimumObjectSize?: string;
}

export const lifecyclePart: Part = configurationPart({
  property: "LifecycleConfiguration",
  put: "PutBucketLifecycleConfiguration",
  input: ({ Rules, TransitionDefaultMinimumObjectSize }: Configuration) => ({
    LifecycleConfiguration: { Rules: Rules.map(ruleInput) },
    ...(TransitionDefaultMinimumObjectSize !== undefined && {
      TransitionDefaultMinimumObjectSize,
    }),
  }),
  get: "GetBucketLifecycleConfiguration",
  value: ({ Rules, TransitionDefaultMinimumObjectSize }) => ({
    Rules: listOf<{ Filter?: Filter; Prefix?: string }>(Rules).map((rule) => ({
      ...(fromOperation(RULE, rule) as object),
      ...conditionsOf(rule.Filter ?? { Prefix: rule.Prefix ?? "" }),
    })),
    ...(TransitionDefaultMinimumObjectSize !== undefined && {
      TransitionDefaultMinimumObjectSize,
    }),
  }),
  remove: "DeleteBucketLifecycle",
});
