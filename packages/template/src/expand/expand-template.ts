import { declareTemplate } from "../declare/parse-template.ts";
import type { Template } from "../declare/template.ts";
import { EXTENSIONS, INCLUDE } from "../declare/transforms.ts";
import { readDocument } from "../document/read-document.ts";
import { TemplateError } from "../document/template-error.ts";
import { type MapValue, mapOf, type Value } from "../document/value.ts";
import type { Environment } from "../evaluate/environment.ts";
import { ExpansionBudget } from "./expansion-budget.ts";
import { expandLoops } from "./for-each.ts";
import { includeSnippets, includeWhole, locationOf, snippetLocations } from "./include.ts";
import { parametersOnly } from "./parameters-only.ts";
import { resolveNames } from "./resolved-names.ts";

/**
 * The addresses (`s3://bucket/key`) of what a template's AWS::Include transforms include, each
 * once. `expandTemplate` wants their contents.
 *
 * @throws TemplateError if an address can't be resolved by the parameters.
 */
export function includesOf(template: Template, environment: Environment): readonly string[] {
  const resolve = parametersOnly(template, environment);
  const whole = template.transforms
    .filter(({ name }) => name === INCLUDE)
    .map(({ parameters }) => locationOf(parameters, resolve));
  return [...new Set([...whole, ...snippetLocations(template.document, resolve)])];
}

/**
 * Carries out a template's transforms: AWS::Include and AWS::LanguageExtensions. One without any
 * stays as it is.
 *
 * @param includes the contents of what `includesOf` names.
 * @throws TemplateError with AWS's text, also where the result isn't a template.
 */
export function expandTemplate(
  template: Template,
  environment: Environment,
  includes: ReadonlyMap<string, string>,
): Template {
  const resolve = parametersOnly(template, environment);
  const budget = new ExpansionBudget();
  let document = includeSnippets(template.document, resolve, includes, budget) as MapValue;
  if (document === template.document && template.transforms.length === 0) return template;
  for (const { name, parameters } of template.transforms) {
    switch (name) {
      case INCLUDE:
        document = includeWhole(document, locationOf(parameters, resolve), includes);
        break;
      case EXTENSIONS:
        document = resolveNames(expandLoops(document, resolve, budget), resolve);
        break;
      default:
        throw new TemplateError(`No transform named ${name} found.`);
    }
  }
  document = without(document, "Transform");
  budget.spend(JSON.stringify(document).length);
  return declareTemplate(template.text, document, template.extended);
}

/**
 * Reads a template whose transforms are carried out, from the JSON of its document: what
 * AWS::LanguageExtensions allows is allowed in it.
 *
 * @throws TemplateError with AWS's text.
 */
export function parseProcessedTemplate(text: string): Template {
  return declareTemplate(text, readDocument(text), true);
}

function without(map: MapValue, key: string): MapValue {
  return mapOf(Object.entries(map).filter(([name]): boolean => name !== key) as [string, Value][]);
}
