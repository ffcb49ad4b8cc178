import { documentAsJson, TemplateError } from "@rolecast/template";
import { AwsError } from "../../../kernel/aws-error.ts";
import { answerInThread } from "../../../kernel/work/thread-program.ts";

/* The thread that reads large templates: `TemplateReader` asks it. A file of its own when built. */

answerInThread((text: string) => {
  try {
    return documentAsJson(text);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new AwsError(error.code, error.message, { status: 400 });
  }
});
