import { TemplateError } from "../document/template-error.ts";

/** Functions that templates have, in the order in which AWS lists them. */
const SUPPORTED = [
  ...["Fn::Base64", "Fn::GetAtt", "Fn::GetAZs", "Fn::ImportValue", "Fn::Join", "Fn::Split"],
  ...["Fn::FindInMap", "Fn::Select", "Ref", "Fn::Equals", "Fn::If", "Fn::Not", "Condition"],
  ...["Fn::And", "Fn::Or", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn"],
  ...["Fn::ValueOf", "Fn::ValueOfAll", "Fn::RefAll", "Fn::Sub", "Fn::Cidr"],
];
/** Functions that AWS::LanguageExtensions adds; AWS's list doesn't have them. */
const EXTENDED = new Set(["Fn::Length", "Fn::ToJsonString"]);
const KNOWN = new Set(SUPPORTED);

/** @throws TemplateError if there is no such function, as there is none with a small `fn::`. */
export function checkFunctionName(name: string, isExtended: boolean): void {
  if (!/^fn::/i.test(name) || KNOWN.has(name) || (isExtended && EXTENDED.has(name))) return;
  throw new TemplateError(
    `Template Error: Encountered unsupported function: ${name} Supported functions are: ` +
      `[${SUPPORTED.join(", ")}]`,
  );
}
