import type { Caller } from "../../../kernel/principal.ts";
import {
  BucketWriter,
  type BucketWriterOptions,
} from "../../../kernel/recordings/bucket-writer.ts";

type Given = Pick<
  BucketWriterOptions,
  | "bucketName"
  | "accountId"
  | "region"
  | "invoke"
  | "patienceMs"
  | "leavesLate"
  | "log"
  | "stopping"
>;

export interface CompositeWriterOptions extends Given {
  /** The ARN of the stage or the composition whose media it is: `aws:SourceArn`. */
  readonly sourceArn: string;
}

/** The principal that writes recordings of stages and compositions. */
export function compositePrincipal(region: string): string {
  return `ivs-composite.${region}.amazonaws.com`;
}

/**
 * Writes media of stages into a customer's bucket as IVS's service principal. No role is assumed:
 * the bucket's policy decides, to which CreateStorageConfiguration has added a statement. Source:
 * IVS Real-Time user guide, "Composite Recording", "Storage Configuration".
 */
export function compositeWriter({ sourceArn, ...given }: CompositeWriterOptions): BucketWriter {
  const { accountId, region } = given;
  const caller: Caller = {
    principal: {
      kind: "service",
      serviceName: compositePrincipal(region),
      onBehalfOf: { accountId, resourceArn: sourceArn },
    },
  };
  return new BucketWriter({
    ...given,
    acl: "bucket-owner-full-control",
    session: { caller: async () => caller, forget: () => {} },
  });
}
