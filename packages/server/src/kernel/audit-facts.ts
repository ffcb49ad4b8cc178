/** Facts that the record of a call needs and the service's schemas lack. */
export interface AuditFacts {
  /** For a global service: the Region under which its calls are recorded. */
  readonly recordedIn?: string;
  /** Operations on data rather than on resources: they are no management events. */
  readonly dataOperations?: readonly string[];
  /** Operations that change nothing, beside those whose name begins with Get, List, Describe … */
  readonly readOnly?: readonly string[];
  /** Operations whose answers aren't recorded, beside those that read by their name. */
  readonly withoutElements?: readonly string[];
  /** Operations recorded under another event name. */
  readonly eventNames?: Readonly<Record<string, string>>;
  /** Members recorded under another name: S3's `Bucket` is `bucketName`. */
  readonly memberNames?: Readonly<Record<string, string>>;
  /** Members that hold a secret although the schema doesn't say so. */
  readonly secretMembers?: readonly string[];
  /** How resource types begin; left out, `AWS::` and the service's name in capitals. */
  readonly resourceTypePrefix?: string;
}
