import assert from "node:assert";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import type { CredentialSource } from "../../../kernel/ports/identity.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { ANALYZER_PRINCIPAL } from "../analysis/zone.ts";
import { failureOf } from "./job-error.ts";

interface RoleParts {
  readonly invoke: Invoke;
  readonly sessions: CredentialSource;
}

interface AssumedRole {
  readonly Credentials?: { readonly AccessKeyId?: string; readonly SessionToken?: string };
}

/**
 * A session of the role that a job was given: its trust policy must admit Access Analyzer, and its
 * policies what the job reads.
 */
export class AccessRole {
  readonly #invoke: Invoke;
  readonly #caller: Caller;
  readonly #region: string;

  private constructor(invoke: Invoke, caller: Caller, region: string) {
    this.#invoke = invoke;
    this.#caller = caller;
    this.#region = region;
  }

  /** @throws JobFailure */
  static async assume(
    job: { readonly roleArn: string; readonly jobId: string; readonly region: string },
    { invoke, sessions }: RoleParts,
  ): Promise<AccessRole> {
    const input = { RoleArn: job.roleArn, RoleSessionName: `AccessAnalyzer-${job.jobId}` };
    const as: Caller = { principal: { kind: "service", serviceName: ANALYZER_PRINCIPAL } };
    const options = { as, region: job.region };
    try {
      const { Credentials } = await invoke<AssumedRole>("sts", "AssumeRole", input, options);
      assert(Credentials?.AccessKeyId, "AssumeRole answers credentials");
      const { AccessKeyId, SessionToken } = Credentials;
      const credential = await sessions.findCredential(AccessKeyId, SessionToken);
      assert(typeof credential === "object", "the session just made is known");
      return new AccessRole(invoke, credential.caller, job.region);
    } catch (error) {
      throw failureOf(error, `The role ${job.roleArn} can't be assumed`);
    }
  }

  /** A call in the job's Region, or where the bucket is. @throws JobFailure */
  async call<Output>(
    service: string,
    operation: string,
    input: object,
    region = this.#region,
  ): Promise<Output> {
    const as = this.#caller;
    try {
      return await this.#invoke<Output>(service, operation, input, { as, region });
    } catch (error) {
      const there = error instanceof AwsError && error.headers["x-amz-bucket-region"];
      if (there && there !== region) return this.call(service, operation, input, there);
      throw failureOf(error, `${service}:${operation} as the access role`);
    }
  }
}
