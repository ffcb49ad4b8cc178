import { validationError } from "../errors.ts";
import type { AlarmState } from "../tables.ts";

/*
 * Source: CloudWatch API reference, PutCompositeAlarm, `AlarmRule`: functions of states, TRUE and
 * FALSE, joined by AND, OR, NOT and parentheses.
 */

/** Source: as above: alarms that a rule names, and elements that it has. */
const ALARMS_MAX = 100;
const ELEMENTS_MAX = 500;

const STATES: readonly string[] = ["ALARM", "OK", "INSUFFICIENT_DATA"] satisfies AlarmState[];

/** A rule that was read: it asks for the states of the alarms that it names. */
export interface AlarmRule {
  /** Names, or ARNs, as the rule has them. */
  readonly alarms: readonly string[];
  holds(stateOf: (alarm: string) => AlarmState | undefined): boolean;
}

type Expression = AlarmRule["holds"];

const TOKEN = /\s*(?:([()])|"([^"]*)"|([^\s()"]+))/y;

interface Token {
  readonly kind: "mark" | "word" | "quoted";
  readonly text: string;
}

/** Throws ValidationError for what is no rule. */
export function parseRule(text: string): AlarmRule {
  const tokens = tokensOf(text);
  if (tokens.length > ELEMENTS_MAX) throw wrong(`it has more than ${ELEMENTS_MAX} elements`);
  const alarms = new Set<string>();
  let at = 0;
  const next = (): Token => {
    const token = tokens[at];
    if (!token) throw wrong("it ends too early");
    at += 1;
    return token;
  };
  const expect = (mark: string) => {
    const { text: found } = next();
    if (found !== mark) throw wrong(`there is ${found} where ${mark} should be`);
  };
  const isNext = (word: string) => tokens[at]?.kind === "word" && tokens[at]?.text === word;
  const joined = (word: string, part: () => Expression, some: boolean): Expression => {
    const parts = [part()];
    while (isNext(word)) {
      at += 1;
      parts.push(part());
    }
    return (states) =>
      some ? parts.some((each) => each(states)) : parts.every((each) => each(states));
  };
  const or = (): Expression => joined("OR", and, true);
  const and = (): Expression => joined("AND", not, false);
  const not = (): Expression => {
    if (!isNext("NOT")) return primary();
    at += 1;
    const inner = not();
    return (states) => !inner(states);
  };
  const primary = (): Expression => {
    const { kind, text: word } = next();
    if (kind === "mark" && word === "(") {
      const inner = or();
      expect(")");
      return inner;
    }
    if (word === "TRUE" || word === "FALSE") return () => word === "TRUE";
    if (!STATES.includes(word)) throw wrong(`${word} is no function of a state`);
    expect("(");
    const { kind: argument, text: alarm } = next();
    if (argument === "mark" || alarm === "") throw wrong(`${word} needs an alarm`);
    expect(")");
    alarms.add(alarm);
    return (stateOf) => stateOf(alarm) === word;
  };
  const whole = or();
  const rest = tokens[at];
  if (rest) throw wrong(`there is ${rest.text} after its end`);
  if (alarms.size > ALARMS_MAX) throw wrong(`it names more than ${ALARMS_MAX} alarms`);
  return { alarms: [...alarms], holds: whole };
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const [, mark, quoted, word] = TOKEN.exec(text) ?? [];
    if (mark !== undefined) tokens.push({ kind: "mark", text: mark });
    else if (quoted !== undefined) tokens.push({ kind: "quoted", text: quoted });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else throw wrong("a quotation mark isn't closed");
  }
  return tokens;
}

function wrong(reason: string) {
  return validationError(`AlarmRule is invalid: ${reason}.`);
}
