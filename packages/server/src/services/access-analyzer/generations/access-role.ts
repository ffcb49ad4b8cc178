import { assumeRoleFor, type RoleAssumer } from "../../../kernel/assume-role.ts";
import { AwsError } from "../../../kernel/aws-error.ts";
import type { Invoke } from "../../../kernel/invoke.ts";
import type { Caller } from "../../../kernel/principal.ts";
import { ANALYZER_PRINCIPAL } from "../analysis/zone.ts";
import { failureOf } from "./job-error.ts";

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
    job: {
      readonly roleArn: string;
      readonly jobId: string;
      readonly accountId: string;
      readonly region: string;
    },
    by: RoleAssumer,
  ): Promise<AccessRole> {
    const { roleArn, jobId, accountId, region } = job;
    const sessionName = `AccessAnalyzer-${jobId}`;
    const of = { service: ANALYZER_PRINCIPAL, onBehalfOf: { accountId }, sessionName };
    try {
      const caller = await assumeRoleFor({ ...of, roleArn, region }, by);
      return new AccessRole(by.invoke, caller, region);
    } catch (error) {
      throw failureOf(error, `The role ${roleArn} can't be assumed`);
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
