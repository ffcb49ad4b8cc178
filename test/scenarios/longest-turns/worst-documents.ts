/* Documents that take the most work for their size, each of at most so many characters. */

/** `open`, as many items as fit, `close`. */
function filled(max: number, open: string, item: (at: number) => string, close: string): string {
  const items: string[] = [];
  for (let size = open.length + close.length, at = 0; ; at++) {
    const next = item(at);
    size += next.length + 1;
    if (size > max && at > 0) break;
    items.push(next);
  }
  return open + items.join(",") + close;
}

const quoted = (text: string) => JSON.stringify(text);

export const POLICIES: readonly ((max: number) => string)[] = [
  (max) =>
    filled(
      max,
      '{"Version":"2012-10-17","Statement":[',
      (at) =>
        `{"Effect":"${at % 2 ? "Deny" : "Allow"}","Action":["s3:*e*t*${at % 7}*","iam:*"],` +
        `"Resource":"arn:aws:s3:::*a*b*c*${at}*"}`,
      "]}",
    ),
  (max) =>
    filled(
      max,
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*","Action":[',
      (at) => quoted(`*:*${"eaot"[at % 4]}*${at.toString(36)}*`),
      "]}]}",
    ),
  (max) =>
    filled(
      max,
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":[',
      (at) => quoted(`arn:aws:s3:::*a*a*${at}*`),
      "]}]}",
    ),
  (max) =>
    filled(
      max,
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",' +
        '"Condition":{"StringLike":{"aws:PrincipalTag/a":[',
      (at) => quoted(`*a*\${aws:username}*${at}*`),
      "]}}}]}",
    ),
  (max) =>
    filled(
      max,
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",' +
        '"Condition":{',
      (at) => `"ForAllValues:StringNotLike${at % 2 ? "IfExists" : ""}":{"aws:k${at}":"*a*"}`,
      "}}]}",
    ),
  (max) =>
    `{"Version":"2012-10-17","Statement":${"[".repeat(max / 2 - 30)}${"]".repeat(max / 2 - 30)}}`,
];

export const TRUST_POLICIES: readonly ((max: number) => string)[] = [
  (max) =>
    filled(
      max,
      '{"Version":"2012-10-17","Statement":[',
      (at) =>
        '{"Effect":"Allow","Action":"sts:*","Principal":{"AWS":"*"},' +
        `"Condition":{"StringLike":{"aws:userid":"*a*${at}*"}}}`,
      "]}",
    ),
];

const BUCKET = "AWS::S3::Bucket";

export const TEMPLATES: readonly ((max: number) => string)[] = [
  // References without end.
  (max) =>
    filled(
      max,
      `{"Resources":{"A":{"Type":"${BUCKET}"},"B":{"Type":"${BUCKET}","Metadata":{"a":[`,
      () => '{"Ref":"A"}',
      "]}}}}",
    ),
  (max) =>
    filled(
      max,
      `{"Resources":{"A":{"Type":"${BUCKET}"},"B":{"Type":"${BUCKET}",` +
        '"Properties":{"BucketName":{"Fn::Sub":"',
      () => "${A.Arn}",
      '"}}}}}',
    ),
  // Conditions that stand on each other.
  (max) =>
    filled(
      max,
      `{"Resources":{"A":{"Type":"${BUCKET}","Condition":"C0"}},` +
        '"Conditions":{"Z":{"Fn::Equals":[1,1]},',
      (at) => `"C${at}":{"Fn::And":[{"Condition":"C${at + 1}"},{"Condition":"C${at + 1}"}]}`,
      "}}",
    ),
  // Loops in loops.
  (max) => {
    const list = JSON.stringify(Array.from({ length: 100 }, (_, at) => `x${at}`));
    const body = `{"\${I1}\${I2}\${I3}":{"Type":"${BUCKET}","Metadata":"${"m".repeat(max / 2)}"}}`;
    return (
      '{"Transform":"AWS::LanguageExtensions","Resources":{"Fn::ForEach::L1":["I1",' +
      `${list},{"Fn::ForEach::L2":["I2",${list},{"Fn::ForEach::L3":["I3",${list},${body}]}]}]}}`
    );
  },
  (max) =>
    filled(
      max,
      '{"Transform":"AWS::LanguageExtensions","Resources":{"Fn::ForEach::L1":["I1",[',
      (at) => `"a${at}"`,
      `],{"R\${I1}":{"Type":"${BUCKET}"}}]}}`,
    ),
  // Patterns that a simple machine would go back in.
  (max) =>
    filled(
      max,
      `{"Resources":{"A":{"Type":"${BUCKET}"}},"Parameters":{`,
      (at) =>
        `"P${at}":{"Type":"CommaDelimitedList","AllowedPattern":"((a?){40}a{40}|(a+)+b)*c",` +
        `"Default":"${"a".repeat(120)}"}`,
      "}}",
    ),
  (max) =>
    filled(
      max,
      `{"Resources":{"A":{"Type":"${BUCKET}"}},"Parameters":{`,
      (at) =>
        `"P${at}":{"Type":"List<String>","AllowedPattern":"(((a{1,9}){1,9}){1,9}){1,9}",` +
        `"Default":"${"aaaa,".repeat(200)}"}`,
      "}}",
    ),
  // Names that are named by others.
  (max) =>
    filled(
      max,
      '{"Resources":{',
      (at) => `"R${at}":{"Type":"${BUCKET}","DependsOn":["R${at + 1}","R${at + 2}","R0"]}`,
      "}}",
    ),
  (max) =>
    filled(
      max,
      '{"Resources":{',
      (at) => `"R${at}":{"Type":"${BUCKET}","Properties":{"BucketName":{"Ref":"R${at + 1}"}}}`,
      `,"Z":{"Type":"${BUCKET}"}}}`,
    ),
  // Joined, split and joined again.
  (max) => {
    let value = `{"Fn::Split":[",","${"a,".repeat(max / 4)}"]}`;
    for (let at = 0; at < 20; at++) value = `{"Fn::Split":[",",{"Fn::Join":[",a,",${value}]}]}`;
    return `{"Resources":{"A":{"Type":"${BUCKET}","Properties":{"Tags":${value}}}}}`;
  },
  (max) =>
    filled(
      max,
      `{"Resources":{"A":{"Type":"${BUCKET}","Properties":{"Tags":[`,
      (at) => `{"Fn::Cidr":["10.0.0.0/8",256,${(at % 8) + 1}]}`,
      "]}}}}",
    ),
  (max) =>
    filled(
      max,
      `{"Mappings":{"M":{`,
      (at) => `"k${at}":{"v":["a","b","c"]}`,
      `}},"Resources":{"A":{"Type":"${BUCKET}",` +
        '"Properties":{"Tags":{"Fn::FindInMap":["M","k0","v"]}}}}}',
    ),
  // YAML: flat, deep, with anchors.
  (max) => {
    const lines = ["Resources:", "  A:", `    Type: ${BUCKET}`, "    Metadata:"];
    for (let size = 80, at = 0; size < max - 40; at++) {
      const line = `      k${at}: !Sub "\${A}"`;
      lines.push(line);
      size += line.length + 1;
    }
    return lines.join("\n");
  },
  (max) => {
    const lines = ["Metadata:", "  a0: &a0 [x,x,x,x,x,x,x,x,x,x]"];
    for (let size = 60, at = 1; size < max - 80 && at < 1_000; at++) {
      const line = `  a${at}: &a${at} [${Array.from({ length: 9 }, () => `*a${at - 1}`)}]`;
      lines.push(line);
      size += line.length + 1;
    }
    return [...lines, "Resources:", "  A:", `    Type: ${BUCKET}`].join("\n");
  },
  (max) => `Resources: ${"[".repeat(max - 20)}`,
];

export const EVENT_PATTERNS: readonly ((max: number) => string)[] = [
  (max) => filled(max, '{"source":[', (at) => `{"wildcard":"*a*b${at}*a*"}`, "]}"),
  (max) => filled(max, '{"$or":[', (at) => `{"a${at}":["b"]}`, "]}"),
  (max) => filled(max, "{", (at) => `"k${at}":{"$or":[{"a":["b"]},{"c":["d"]}]}`, "}"),
  (max) => filled(max, '{"source":[', (at) => `{"anything-but":{"wildcard":"*a*${at}*"}}`, "]}"),
  (max) => `{"a":${'{"a":'.repeat(max / 6 - 10)}["b"]${"}".repeat(max / 6 - 10)}}`,
];

/** Regular expressions that go back without end in a machine that tries one way after the other. */
export const PATTERNS = ["^(a+)+$", "^(a|a)*b$", "(((a?){30}){30}){30}a{30}", "(.*)*,(.*)*,$"];
