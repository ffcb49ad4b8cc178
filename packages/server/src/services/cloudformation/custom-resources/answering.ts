import { AwsError } from "../../../kernel/aws-error.ts";
import { ResourceError } from "../../../kernel/resources.ts";
import type { StackStepCalls } from "../types/own-type.ts";

/** A refusal is the provider's answer, as CloudFormation shows it. */
export async function answering<T>({ token }: StackStepCalls, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new ResourceError(
      "GeneralServiceException",
      "Received response status [FAILED] from custom resource. Message returned: " +
        `${error.code}: ${error.message} (RequestId: ${token})`,
    );
  }
}
