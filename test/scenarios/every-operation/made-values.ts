/** Members whose values name something that was made. */
const NAMING = /(arn|id|key|name|token|blob)$/i;

/** The names of things that were made, as an answer says them: `channelArn`, `KeyId`. */
export function* madeValues(answer: string): Generator<readonly [name: string, value: string]> {
  const read = answer.startsWith("{") ? jsonTexts(JSON.parse(answer)) : xmlTexts(answer);
  for (const [parent, name, value] of read)
    if (NAMING.test(name) && !/^(requestid|hostid)$/i.test(name)) {
      yield [name, value];
      const inside = name.toLowerCase().startsWith(parent.toLowerCase())
        ? name.slice(parent.length)
        : name;
      yield [parent + inside.charAt(0).toUpperCase() + inside.slice(1), value];
    }
}

type Found = readonly [parent: string, name: string, value: string];

function* jsonTexts(value: unknown, parent = "", name = ""): Generator<Found> {
  if (typeof value === "string") yield [parent, name, value];
  else if (Array.isArray(value)) for (const each of value) yield* jsonTexts(each, parent, name);
  else if (typeof value === "object" && value !== null)
    for (const [key, each] of Object.entries(value)) yield* jsonTexts(each, name, key);
}

function* xmlTexts(text: string): Generator<Found> {
  const open: string[] = [];
  for (const [, end, name = "", value = ""] of text.matchAll(/<(\/?)(\w+)[^>]*>([^<]*)/g)) {
    if (end) open.pop();
    else {
      if (value.trim() !== "") yield [open.at(-1) ?? "", name, value];
      open.push(name);
    }
  }
}
