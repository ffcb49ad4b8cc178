import { isBase64 } from "./is-base64.ts";
import { parseDate } from "./parse-date.ts";
import { parseIpAddress } from "./parse-ip.ts";
import { parseNumber } from "./parse-number.ts";

/** The types of context values whose text must have a form. */
export type ContextValueType = "numeric" | "date" | "ip" | "binary";

const FORMS: Readonly<Record<ContextValueType, (text: string) => boolean>> = {
  numeric: (text) => parseNumber(text) !== undefined,
  date: (text) => parseDate(text) !== undefined,
  ip: (text) => parseIpAddress(text) !== undefined,
  binary: isBase64,
};

/** Whether a request could have this text as a value of the type: for simulations. */
export function isContextValue(type: ContextValueType, text: string): boolean {
  return FORMS[type](text);
}
