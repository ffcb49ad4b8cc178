import type { CheckCode, Report } from "../checks/finding.ts";
import type { Subject } from "../checks/subject.ts";
import { nameMeant } from "../spelling.ts";
import type { Advice } from "./policy-warning.ts";

type Words = NonNullable<Report["words"]>;
type Sentence = (words: Words, subject: Subject) => Omit<Advice, "place"> | undefined;

/** Sentences of our own for AWS's findings that say less: they name what was probably meant. */
const SENTENCES: Readonly<Partial<Record<CheckCode, Sentence>>> = {
  INVALID_SERVICE_IN_ACTION: ({ service }, { data }) => {
    const written = String(service);
    const prefix = written.slice(0, written.indexOf(":")).toLowerCase();
    const meant = nameMeant(prefix, data.prefixes());
    return {
      code: "NoSuchService",
      message: `AWS lists no service \`${prefix}\`${didYouMean(meant)}`,
    };
  },
  INVALID_ACTION: ({ action, validAction }, { data }) => {
    const written = String(action);
    const colon = written.indexOf(":");
    // A name without a service is no action at all, which `validatePolicy` says.
    if (colon < 0) return undefined;
    const prefix = written.slice(0, colon);
    const code = "NoSuchAction";
    if (/[*?]/.test(written)) {
      return { code, message: `No action of \`${prefix}\` matches \`${written}\`` };
    }
    const actions = [...(data.service(prefix)?.actions.values() ?? [])];
    const names = actions.map(({ name }) => name.slice(colon + 1));
    const near = nameMeant(written.slice(colon + 1), names);
    const meant = validAction ?? (near && `${prefix.toLowerCase()}:${near}`);
    return { code, message: `AWS lists no action \`${written}\`${didYouMean(meant)}` };
  },
  INVALID_CONDITION_KEY_FORMAT: noSuchKey,
  INVALID_GLOBAL_CONDITION_KEY: noSuchKey,
  INVALID_SERVICE_CONDITION_KEY: noSuchKey,
  TYPE_MISMATCH: ({ key, type, written }) => {
    // AWS says so of Booleans in texts too, which compare as they should.
    if (type === "Bool") return undefined;
    const message = `\`${written}\` doesn't fit \`${key}\`, whose values are of type ${type}`;
    return { code: "OperatorDoesNotFit", message };
  },
  MISSING_QUALIFIER: ({ key, written }) => ({
    code: "OperatorDoesNotFit",
    message:
      `\`${key}\` has several values: \`${written}\` needs \`ForAnyValue:\` or ` +
      "`ForAllValues:` before it",
  }),
};

function noSuchKey({ key }: Words, { data }: Subject): Omit<Advice, "place"> {
  const written = String(key);
  const names = data.keyNames(written.slice(0, Math.max(0, written.indexOf(":"))));
  const meant = nameMeant(written, names) ?? nameMeant(`aws:${written}`, names);
  const message = `AWS lists no condition key \`${written}\`${didYouMean(meant)}`;
  return { code: "NoSuchConditionKey", message };
}

/** Our advice on what a rule reports, if there is any. */
export function adviceOn({ code, words = {}, places }: Report, subject: Subject): Advice[] {
  const sentence = SENTENCES[code]?.(words, subject);
  const [place] = places;
  return sentence && place ? [{ ...sentence, place }] : [];
}

/** "; did you mean `s3:GetObject`?", or nothing. */
function didYouMean(meant: string | number | undefined): string {
  return meant === undefined ? "" : `; did you mean \`${meant}\`?`;
}
