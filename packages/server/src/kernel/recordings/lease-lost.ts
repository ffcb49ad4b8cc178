import { AwsError } from "../aws-error.ts";

/** Another node has taken over the stream, so this node must write nothing more about it. */
export class LeaseLostError extends AwsError {
  constructor() {
    super("StreamUnavailable", "Another node has taken over this stream.", { status: 409 });
  }
}
