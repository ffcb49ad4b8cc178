/*
 * A change of a change set, with the names and values of CloudFormation's API
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html).
 */

export type ChangedAttribute =
  | "Properties"
  | "Metadata"
  | "CreationPolicy"
  | "UpdatePolicy"
  | "DeletionPolicy"
  | "UpdateReplacePolicy"
  | "Tags";

export interface ResourceChange {
  readonly Action: "Add" | "Modify" | "Remove" | "Import";
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceType: string;
  readonly Replacement?: "True" | "False" | "Conditional";
  readonly PolicyAction?: PolicyAction;
  readonly Scope: readonly ChangedAttribute[];
  readonly Details: readonly ChangeDetail[];
  /** JSON, with property values only. */
  readonly BeforeContext?: string;
  readonly AfterContext?: string;
}

export type PolicyAction =
  | "Delete"
  | "Retain"
  | "Snapshot"
  | "ReplaceAndDelete"
  | "ReplaceAndRetain"
  | "ReplaceAndSnapshot";

export interface ChangeDetail {
  readonly Target: ChangeTarget;
  readonly Evaluation: "Static" | "Dynamic";
  readonly ChangeSource:
    | "DirectModification"
    | "ParameterReference"
    | "ResourceReference"
    | "ResourceAttribute"
    | "Automatic";
  readonly CausingEntity?: string;
}

export interface ChangeTarget {
  readonly Attribute: ChangedAttribute;
  /** The property, if the attribute is Properties. */
  readonly Name?: string;
  readonly RequiresRecreation: "Never" | "Conditionally" | "Always";
  /** With property values only, like the three after it. */
  readonly Path?: string;
  readonly BeforeValue?: string;
  readonly AfterValue?: string;
  readonly AttributeChangeType?: "Add" | "Remove" | "Modify";
}
