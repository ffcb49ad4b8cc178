import { AwsError } from "../../../kernel/aws-error.ts";

/** Another node has taken over what this one was about to write: nothing of it may be written here. */
export class LeaseLostError extends AwsError {
  constructor() {
    super("StreamUnavailable", "Another node has taken over this stream.", { status: 409 });
  }
}
